import { paginateListRoles } from '@aws-sdk/client-iam'
import t from 'tap'
import { awsClients, POLICY, type Refusal, refused, TRUST } from '../../fixtures/aws-services.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const { app } = await startGateway(t)
const { roles, identity } = awsClients(await app.listen({ port: 0 }))

t.test('STS says who calls, and gives no temporary credentials', async (t) => {
  t.match(await identity.getCallerIdentity({}), {
    Account: '000000000000',
    UserId: 'AKIDEXAMPLE',
    Arn: 'arn:aws:iam::000000000000:user/AKIDEXAMPLE',
  })
  const role = { RoleArn: 'arn:aws:iam::000000000000:role/x', RoleSessionName: 'me' }
  await t.rejects(
    identity.assumeRole(role),
    refused('UnsupportedOperation', 400, /AssumeRole is not supported/),
  )
  await t.rejects(
    identity.getSessionToken({}),
    refused('UnsupportedOperation', 400, /GetSessionToken is not supported/),
  )
  await t.rejects(
    identity.getFederationToken({ Name: 'me' }),
    refused('InvalidAction', 400, /GetFederationToken is not supported/),
  )
})

t.test('A role is told as it was set, until it is deleted', async (t) => {
  const RoleName = 'worker'
  const made = await roles.createRole({
    RoleName,
    Path: '/apps/',
    AssumeRolePolicyDocument: TRUST,
    Description: 'reads <photos> & "more"',
    Tags: [{ Key: 'team', Value: 'photos' }],
  })
  const { Role } = await roles.getRole({ RoleName })
  t.match(Role, {
    RoleName,
    Path: '/apps/',
    RoleId: /^AROA[A-Z2-7]{17}$/,
    Arn: 'arn:aws:iam::000000000000:role/apps/worker',
    Description: 'reads <photos> & "more"',
    MaxSessionDuration: 3600,
    Tags: [{ Key: 'team', Value: 'photos' }],
  })
  t.same(Role?.CreateDate, made.Role?.CreateDate)
  t.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), TRUST)
  await roles.updateRole({ RoleName, Description: 'reads', MaxSessionDuration: 7200 })
  await roles.updateAssumeRolePolicy({ RoleName, PolicyDocument: `${TRUST} ` })
  await roles.tagRole({ RoleName, Tags: [{ Key: 'cost', Value: '7' }] })
  await roles.untagRole({ RoleName, TagKeys: ['team'] })
  t.match(await roles.listRoleTags({ RoleName }), {
    Tags: [{ Key: 'cost', Value: '7' }],
    IsTruncated: false,
  })
  const changed = (await roles.getRole({ RoleName })).Role
  t.match(changed, { Description: 'reads', MaxSessionDuration: 7200 })
  t.equal(decodeURIComponent(changed?.AssumeRolePolicyDocument ?? ''), `${TRUST} `)
  t.match(await roles.updateRoleDescription({ RoleName, Description: 'writes' }), {
    Role: { Description: 'writes' },
  })
  t.same((await roles.listInstanceProfilesForRole({ RoleName })).InstanceProfiles, [])
  await roles.deleteRole({ RoleName })
  await t.rejects(
    roles.getRole({ RoleName }),
    refused('NoSuchEntityException', 404, /role with name worker cannot be found/),
  )
})

t.test('Roles are listed by pages and by paths', async (t) => {
  for (const RoleName of ['page-c', 'page-a', 'page-b']) {
    await roles.createRole({ RoleName, Path: '/page/', AssumeRolePolicyDocument: TRUST })
  }
  const pages: string[][] = []
  for await (const page of paginateListRoles(
    { client: roles, pageSize: 2 },
    { PathPrefix: '/page/' },
  )) {
    pages.push((page.Roles ?? []).map(({ RoleName = '' }) => RoleName))
  }
  t.same(pages, [['page-a', 'page-b'], ['page-c']])
  for (const [name] of pages.flat().map((one) => [one])) await roles.deleteRole({ RoleName: name })
})

t.test('Policies of a role hold its deletion up', async (t) => {
  const RoleName = 'guarded'
  await roles.createRole({ RoleName, AssumeRolePolicyDocument: TRUST })
  await roles.putRolePolicy({ RoleName, PolicyName: 'inline', PolicyDocument: POLICY })
  const found = await roles.getRolePolicy({ RoleName, PolicyName: 'inline' })
  t.equal(decodeURIComponent(found.PolicyDocument ?? ''), POLICY)
  t.same((await roles.listRolePolicies({ RoleName })).PolicyNames, ['inline'])
  await t.rejects(
    roles.deleteRole({ RoleName }),
    refused('DeleteConflictException', 409, /must delete policies first/),
  )
  await roles.deleteRolePolicy({ RoleName, PolicyName: 'inline' })
  await t.rejects(
    roles.deleteRolePolicy({ RoleName, PolicyName: 'inline' }),
    refused('NoSuchEntityException', 404, /role policy with name inline/),
  )

  const ofAws = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
  const { Policy } = await roles.createPolicy({ PolicyName: 'read', PolicyDocument: POLICY })
  const PolicyArn = Policy?.Arn ?? ''
  await roles.attachRolePolicy({ RoleName, PolicyArn })
  await roles.attachRolePolicy({ RoleName, PolicyArn: ofAws })
  t.match((await roles.listAttachedRolePolicies({ RoleName })).AttachedPolicies, [
    { PolicyName: 'read', PolicyArn },
    { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: ofAws },
  ])
  t.match(await roles.getPolicy({ PolicyArn }), { Policy: { AttachmentCount: 1 } })
  t.match(await roles.getPolicy({ PolicyArn: ofAws }), {
    Policy: { PolicyName: 'AWSLambdaBasicExecutionRole', Path: '/service-role/' },
  })
  await t.rejects(
    roles.deleteRole({ RoleName }),
    refused('DeleteConflictException', 409, /must detach all policies first/),
  )
  await t.rejects(
    roles.deletePolicy({ PolicyArn }),
    refused('DeleteConflictException', 409, /attached to entities/),
  )
  await roles.detachRolePolicy({ RoleName, PolicyArn })
  await roles.detachRolePolicy({ RoleName, PolicyArn: ofAws })
  await t.rejects(
    roles.detachRolePolicy({ RoleName, PolicyArn }),
    refused('NoSuchEntityException', 404, /was not found/),
  )
  await roles.deletePolicy({ PolicyArn })
  await roles.deleteRole({ RoleName })
  t.same((await roles.listPolicies({ Scope: 'Local' })).Policies, [])
})

t.test('A policy has versions, one of them the default', async (t) => {
  const { Policy } = await roles.createPolicy({
    PolicyName: 'versions',
    PolicyDocument: POLICY,
    Description: 'of photos',
    Tags: [{ Key: 'a', Value: '1' }],
  })
  const PolicyArn = Policy?.Arn ?? ''
  const second = POLICY.replace('GetObject', 'PutObject')
  const { PolicyVersion } = await roles.createPolicyVersion({
    PolicyArn,
    PolicyDocument: second,
    SetAsDefault: true,
  })
  t.match(PolicyVersion, { VersionId: 'v2', IsDefaultVersion: true })
  const read = await roles.getPolicyVersion({ PolicyArn, VersionId: 'v2' })
  t.equal(decodeURIComponent(read.PolicyVersion?.Document ?? ''), second)
  t.match(await roles.listPolicyVersions({ PolicyArn }), {
    Versions: [
      { VersionId: 'v2', IsDefaultVersion: true },
      { VersionId: 'v1', IsDefaultVersion: false },
    ],
  })
  await roles.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' })
  t.match(await roles.getPolicy({ PolicyArn }), {
    Policy: { DefaultVersionId: 'v1', Description: 'of photos' },
  })
  await t.rejects(
    roles.deletePolicyVersion({ PolicyArn, VersionId: 'v1' }),
    refused('DeleteConflictException', 409, /default version/),
  )
  await t.rejects(
    roles.deletePolicy({ PolicyArn }),
    refused('DeleteConflictException', 409, /more than one version/),
  )
  await roles.tagPolicy({ PolicyArn, Tags: [{ Key: 'b', Value: '2' }] })
  await roles.untagPolicy({ PolicyArn, TagKeys: ['a'] })
  t.match(await roles.listPolicyTags({ PolicyArn }), { Tags: [{ Key: 'b', Value: '2' }] })
  t.match(await roles.listPolicies({ OnlyAttached: true }), { Policies: [] })
  await roles.deletePolicyVersion({ PolicyArn, VersionId: 'v2' })
  await roles.deletePolicy({ PolicyArn })
})

t.test('There is one user: the access key', async (t) => {
  const Arn = 'arn:aws:iam::000000000000:user/AKIDEXAMPLE'
  t.match(await roles.getUser({}), { User: { Arn, UserName: 'AKIDEXAMPLE' } })
  await t.rejects(
    roles.getUser({ UserName: 'ada' }),
    refused('NoSuchEntityException', 404, /user with name ada/),
  )
})

const RoleName = 'refused'

const role = { RoleName, AssumeRolePolicyDocument: TRUST }

const REFUSED_BY_IAM: Refusal[] = [
  [
    'a trust policy that is no JSON',
    () => roles.createRole({ ...role, AssumeRolePolicyDocument: '{' }),
    refused('MalformedPolicyDocumentException', 400, /invalid Json/),
  ],
  [
    'a trust policy without a principal',
    () => roles.createRole({ ...role, AssumeRolePolicyDocument: POLICY }),
    refused('MalformedPolicyDocumentException', 400, /prohibited field Resource/),
  ],
  [
    'a tag that reaches a prototype',
    () => roles.createRole({ ...role, Tags: [{ Key: '__proto__', Value: '' }] }),
    refused('ValidationError', 400, /Value '__proto__' at 'tags.1.member.key'/),
  ],
  [
    'a policy whose name does',
    () => roles.putRolePolicy({ RoleName, PolicyName: '__proto__', PolicyDocument: POLICY }),
    refused('ValidationError', 400, /Value '__proto__' at 'policyName'/),
  ],
  [
    'a name with a blank',
    () => roles.createRole({ ...role, RoleName: 'a b' }),
    refused('ValidationError', 400, /Value 'a b' at 'roleName' failed to satisfy constraint/),
  ],
  [
    'a session that is too short',
    () => roles.createRole({ ...role, MaxSessionDuration: 60 }),
    refused('ValidationError', 400, /'maxSessionDuration'.*greater than or equal to 3600/),
  ],
  [
    'a policy for a role that is not there',
    () => roles.putRolePolicy({ RoleName, PolicyName: 'p', PolicyDocument: POLICY }),
    refused('NoSuchEntityException', 404, /role with name refused/),
  ],
  [
    'a policy that is not there',
    () => roles.getPolicy({ PolicyArn: 'arn:aws:iam::000000000000:policy/none' }),
    refused('NoSuchEntityException', 404, /policy\/none was not found/),
  ],
  [
    'a page that is none',
    () => roles.listRoles({ Marker: 'no marker' }),
    refused('ValidationError', 400, /token of the page/),
  ],
  [
    'an operation that is not there',
    () => roles.createUser({ UserName: 'ada' }),
    refused('InvalidAction', 400, /action CreateUser is not supported/),
  ],
]

t.test('IAM refuses in its own words', async (t) => {
  for (const [what, ask, error] of REFUSED_BY_IAM) await t.rejects(ask(), error, what)
  await roles.createRole(role)
  await t.rejects(
    roles.createRole(role),
    refused('EntityAlreadyExistsException', 409, /Role with name refused already exists/),
  )
  await roles.deleteRole({ RoleName })
})
