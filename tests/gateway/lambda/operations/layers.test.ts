import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { ZipFile } from 'yazl'
import { makeZip } from '../../../../core/functions/zip.ts'
import { startGateway } from '../../../fixtures/gateway.ts'

const { call } = await startGateway(t)
const LAYERS = '/2018-10-31/layers'
const FUNCTIONS = '/2015-03-31/functions'
const ARN = 'arn:aws:lambda:us-east-1:000000000000:layer'
const zip = (await makeZip({ 'nodejs/a.js': 'a' })).toString('base64')

const publish = (name: string, fields: object = {}, content: object = { ZipFile: zip }) =>
  call(`POST ${LAYERS}/${encodeURIComponent(name)}/versions`, {
    json: { Content: content, ...fields },
  })
const error = (answer: { status: number; body: { message?: string; Message?: string } }) => [
  answer.status,
  answer.body.message ?? answer.body.Message,
]

t.test('layer versions are published, read in every form, listed and deleted', async (t) => {
  const first = await publish('read', {
    Description: 'one',
    CompatibleRuntimes: ['nodejs24.x', 'python3.12'],
    CompatibleArchitectures: ['arm64'],
    LicenseInfo: 'MIT',
  })
  t.equal(first.status, 201)
  t.match(first.body, {
    Content: { Location: /^http:.*\/packages\//, CodeSha256: /=$/, CodeSize: Number },
    LayerArn: `${ARN}:read`,
    LayerVersionArn: `${ARN}:read:1`,
    Description: 'one',
    CreatedDate: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/,
    Version: 1,
    CompatibleRuntimes: ['nodejs24.x', 'python3.12'],
    CompatibleArchitectures: ['arm64'],
    LicenseInfo: 'MIT',
  })
  const fetched = await call(
    `GET ${new URL(first.body.Content.Location).pathname}${new URL(first.body.Content.Location).search}`,
  )
  t.equal(fetched.status, 200)
  const second = await publish(`${ARN}:read`)
  t.match(second.body, { Version: 2, Description: '' })
  t.notOk('LicenseInfo' in second.body || 'CompatibleRuntimes' in second.body)

  for (const name of ['read', encodeURIComponent(`${ARN}:read`)]) {
    t.match((await call(`GET ${LAYERS}/${name}/versions/1`)).body, { Version: 1 })
  }
  const byArn = await call(`GET ${LAYERS}?find=LayerVersion&Arn=${ARN}:read:2`)
  t.match(byArn.body, { LayerVersionArn: `${ARN}:read:2`, Content: {} })

  const versions = async (query: string) =>
    (await call(`GET ${LAYERS}/read/versions?${query}`)).body
  t.match(await versions(''), { LayerVersions: [{ Version: 2 }, { Version: 1 }] })
  t.notOk('NextMarker' in (await versions('')))
  t.match(await versions('MaxItems=1'), { NextMarker: '2', LayerVersions: [{ Version: 2 }] })
  t.strictSame(
    (await versions('MaxItems=1&Marker=2')).LayerVersions.map(
      ({ Version }: { Version: number }) => Version,
    ),
    [1],
  )
  await publish('another')
  const layers = async (query: string) => (await call(`GET ${LAYERS}?${query}`)).body
  t.match(await layers(''), {
    Layers: [
      { LayerName: 'another', LatestMatchingVersion: { Version: 1 } },
      { LayerName: 'read', LayerArn: `${ARN}:read`, LatestMatchingVersion: { Version: 2 } },
    ],
  })
  t.match(await layers('MaxItems=1'), { NextMarker: 'another' })
  for (const query of ['CompatibleRuntime=python3.12', 'CompatibleArchitecture=arm64']) {
    const { Layers } = await layers(query)
    t.match(Layers, [{ LayerName: 'read', LatestMatchingVersion: { Version: 1 } }])
    t.equal(Layers.length, 1)
  }
  for (let times = 0; times < 2; times += 1) {
    t.equal((await call(`DELETE ${LAYERS}/read/versions/2`)).status, 204)
  }
  t.match(await layers('MaxItems=50'), { Layers: [{}, { LatestMatchingVersion: { Version: 1 } }] })
  t.equal((await publish('read')).body.Version, 3, 'no number is used twice')
})

t.test('what is wrong is said in the words of Lambda', async (t) => {
  await publish('said')
  const long = 'x'.repeat(65)
  const get = (path: string) => call(`GET ${LAYERS}/${path}`)
  const gone = [404, 'The resource you requested does not exist.']
  t.strictSame(error(await get('said/versions/9')), gone)
  t.strictSame(error(await get('none/versions/1')), gone)
  t.strictSame(
    error(await get('arn:aws:lambda:eu-west-1:1:layer:said/versions/1')).slice(0, 1),
    [400],
  )
  t.strictSame(error(await get('said/versions/0')), [400, 'Layer Version Cannot be less than 1'])
  t.strictSame(error(await call(`GET ${LAYERS}?find=LayerVersion&Arn=${ARN}:none:1`)), gone)
  t.match(error(await publish(long))[1], /'layerName' .* length less than or equal to 64$/)
  t.match(
    error(await publish('x', { CompatibleRuntimes: ['no'] }))[1],
    /enum value set: \[nodejs, /,
  )
  t.match(error(await publish('x', {}, { ZipFile: 'bm8=' })), [400, /^Could not unzip/])
  t.match(error(await publish('x', {}, {})), [400, /provide a source/])
})

t.test('permissions make a policy', async (t) => {
  await publish('shared')
  const policy = `${LAYERS}/shared/versions/1/policy`
  const add = (id: string, fields: object = {}, query = '') =>
    call(`POST ${policy}${query}`, {
      json: { StatementId: id, Action: 'lambda:GetLayerVersion', Principal: '*', ...fields },
    })
  t.strictSame(error(await call(`GET ${policy}`)), [
    404,
    'No policy is associated with the given resource.',
  ])
  const added = await add('one', { Principal: '123456789012', OrganizationId: 'o-0123456789' })
  const statement = {
    Sid: 'one',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:root' },
    Action: 'lambda:GetLayerVersion',
    Resource: `${ARN}:shared:1`,
    Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-0123456789' } },
  }
  t.equal(added.status, 201)
  t.strictSame(JSON.parse(added.body.Statement), statement)
  const read = (await call(`GET ${policy}`)).body
  t.equal(read.RevisionId, added.body.RevisionId)
  t.strictSame(JSON.parse(read.Policy), {
    Version: '2012-10-17',
    Id: 'default',
    Statement: [statement],
  })
  t.strictSame(error(await add('one')), [
    409,
    'The statement id (one) provided already exists. Please provide a new statement id, or remove the existing statement.',
  ])
  t.match(error(await add('two', {}, '?RevisionId=other')), [412, /GetLayerPolicy/])
  t.equal((await add('two', {}, `?RevisionId=${read.RevisionId}`)).status, 201)
  t.match(error(await add('bad', { Action: 'lambda:Invoke' })), [400, /lambda:GetLayerVersion/])
  const many = await Promise.all(Array.from({ length: 8 }, (_, n) => add(`many-${n}`)))
  t.ok(
    many.every(({ status }) => status === 201),
    'none is lost to another',
  )
  t.equal(JSON.parse((await call(`GET ${policy}`)).body.Policy).Statement.length, 10)

  const remove = (id: string) => call(`DELETE ${policy}/${id}`)
  t.equal((await remove('one')).status, 204)
  t.match(error(await remove('one')), [404, /^Statement one is not found/])
  t.strictSame(error(await call(`GET ${LAYERS}/none/versions/1/policy`)), [
    404,
    `Layer version ${ARN}:none:1 does not exist.`,
  ])
})

t.test('a function and its layers have 250 MB together', async (t) => {
  const large = new ZipFile()
  // Of 64 bytes one is not zero: it packs 50 times, not 1000 times as real bombs do.
  const content = Buffer.alloc(60 * 1024 * 1024)
  for (let at = 0; at < content.length; at += 64) content[at] = (at * 2654435761) >>> 24
  large.addBuffer(content, 'large')
  large.end()
  const packed = { ZipFile: (await buffer(large.outputStream)).toString('base64') }
  const arns: string[] = []
  for (let n = 1; n <= 5; n += 1) {
    const { status, body } = await publish('large', {}, packed)
    t.equal(status, 201)
    arns.push(body.LayerVersionArn)
  }
  const create = (name: string, layers: string[]) =>
    call(`POST ${FUNCTIONS}`, {
      json: {
        FunctionName: name,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/r',
        Code: { ZipFile: zip },
        Layers: layers,
      },
    })
  const tooLarge = [400, 'Unzipped size must be smaller than 262144000 bytes']
  t.strictSame(error(await create('all', arns)), tooLarge)
  t.equal((await create('some', arns.slice(1))).status, 201)
  const configure = (layers: string[]) =>
    call(`PUT ${FUNCTIONS}/some/configuration`, { json: { Layers: layers } })
  t.strictSame(error(await configure(arns)), tooLarge)
  const code = (ZipFile: string) => call(`PUT ${FUNCTIONS}/some/code`, { json: { ZipFile } })
  t.strictSame(error(await code(packed.ZipFile)), tooLarge)
  t.equal((await configure([])).status, 200)
  t.equal((await code(packed.ZipFile)).status, 200)
})
