import { createHash } from 'node:crypto'
import {
  AddLayerVersionPermissionCommand,
  CreateCapacityProviderCommand,
  CreateCodeSigningConfigCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  LambdaServiceException,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  RemoveLayerVersionPermissionCommand,
  ResourceNotFoundException,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import t from 'tap'
import { makeZip } from '../../core/functions/zip.ts'
import { ACCOUNT_ID } from '../fixtures/aws-environment.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { refusal, sdkOf } from '../fixtures/sdk-client.ts'

await needsEngine(t)

const platform = await startPlatform()
t.teardown(() => platform.stop())
const { client, createActive, invoke } = sdkOf(platform.url)
t.teardown(() => client.destroy())

const LayerName = 'common'
const LayerArn = `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:layer:${LayerName}`

/** A layer with one package, which tells the name that it was given. */
const layerZip = (name: string, says: string) =>
  makeZip({ [`nodejs/node_modules/${name}/index.js`]: `exports.says = '${says}'` })

async function publish(LayerName: string, ZipFile: Buffer) {
  const command = new PublishLayerVersionCommand({
    LayerName,
    Description: 'what all share',
    Content: { ZipFile },
    CompatibleRuntimes: ['nodejs24.x'],
  })
  return await client.send(command)
}

t.test('layers are published, read, listed and deleted version by version', async (t) => {
  const ZipFile = await layerZip('common', 'one')
  const CodeSha256 = createHash('sha256').update(ZipFile).digest('base64')
  const first = await publish(LayerName, ZipFile)
  t.equal(first.$metadata.httpStatusCode, 201)
  const expected = {
    LayerArn,
    LayerVersionArn: `${LayerArn}:1`,
    Version: 1,
    Description: 'what all share',
    CompatibleRuntimes: ['nodejs24.x'],
    CreatedDate: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/,
    Content: { CodeSha256, CodeSize: ZipFile.length, Location: /^http/ },
  }
  t.match(first, expected)
  const one = { LayerName, VersionNumber: 1 }
  const read = await client.send(new GetLayerVersionCommand(one))
  t.match(read, expected)
  const downloaded = await fetch(String(read.Content?.Location))
  t.ok(ZipFile.equals(Buffer.from(await downloaded.arrayBuffer())))
  const byArn = new GetLayerVersionByArnCommand({ Arn: `${LayerArn}:1` })
  t.match(await client.send(byArn), expected)

  t.equal((await publish(LayerName, await layerZip('common', 'two'))).Version, 2)
  const { LayerVersions = [] } = await client.send(new ListLayerVersionsCommand({ LayerName }))
  t.same(
    LayerVersions.map(({ Version }) => Version),
    [2, 1],
    'the newest comes first',
  )
  const { Layers = [] } = await client.send(new ListLayersCommand({}))
  t.match(Layers, [{ LayerName, LayerArn, LatestMatchingVersion: { Version: 2 } }])

  const permission = {
    ...one,
    StatementId: 'all',
    Action: 'lambda:GetLayerVersion',
    Principal: '*',
  }
  await client.send(new AddLayerVersionPermissionCommand(permission))
  const { Policy = '' } = await client.send(new GetLayerVersionPolicyCommand(one))
  t.match(JSON.parse(Policy), { Statement: [{ Sid: 'all', Resource: `${LayerArn}:1` }] })
  await client.send(new RemoveLayerVersionPermissionCommand({ ...one, StatementId: 'all' }))
  t.equal((await refusal(client.send(new GetLayerVersionPolicyCommand(one)))).status, 404)

  const deleted = await client.send(new DeleteLayerVersionCommand(one))
  t.equal(deleted.$metadata.httpStatusCode, 204)
  const gone = await refusal(client.send(new GetLayerVersionCommand(one)))
  t.ok(gone.error instanceof ResourceNotFoundException)
  t.equal((await publish(LayerName, ZipFile)).Version, 3, 'no number is given twice')
})

t.test('a function finds its layers under /opt, the later over the earlier', async (t) => {
  const both = await Promise.all([
    publish('base', await layerZip('shared', 'of the base')),
    publish('top', await layerZip('shared', 'of the top')),
  ])
  const [base = '', top = ''] = both.map(({ LayerVersionArn }) => LayerVersionArn)
  const source = `import { says } from 'shared'
    export const handler = async () => says`
  const FunctionName = 'layered'
  const created = await createActive(FunctionName, source, { Layers: [base, top] })
  t.match(created.Layers, [{ Arn: base, CodeSize: Number }, { Arn: top }])
  t.equal((await invoke(FunctionName, {})).result, 'of the top')
  const turned = { FunctionName, Layers: [top, base] }
  await client.send(new UpdateFunctionConfigurationCommand(turned))
  await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 60, minDelay: 1 }, { FunctionName })
  t.equal((await invoke(FunctionName, {})).result, 'of the base')

  const missing = `${LayerArn}:99`
  const refused = await refusal(
    client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers: [missing] })),
  )
  t.match(refused, { status: 404, message: `Layer version ${missing} does not exist.` })
})

t.test(
  'an operation that is not offered says so by its name, and is not tried again',
  async (t) => {
    const AllowedPublishers = {
      SigningProfileVersionArns: ['arn:aws:signer:us-east-1:000000000000:/signing-profiles/p/v'],
    }
    const calls = [
      [
        'CreateCodeSigningConfig',
        client.send(new CreateCodeSigningConfigCommand({ AllowedPublishers })),
      ],
      [
        'CreateCapacityProvider',
        client.send(
          new CreateCapacityProviderCommand({
            CapacityProviderName: 'p',
            VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
            PermissionsConfig: {
              CapacityProviderOperatorRoleArn: 'arn:aws:iam::000000000000:role/r',
            },
          }),
        ),
      ],
    ] as const
    for (const [name, call] of calls) {
      const { error, message, status, fault } = await refusal(call)
      t.ok(error instanceof LambdaServiceException)
      t.not(error.name, 'Unknown')
      t.ok(Number(status) >= 400 && Number(status) < 500)
      t.match([message, fault], [new RegExp(name), 'client'])
    }
  },
)
