import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { functionArn, ROLE, zipOf } from '../fixtures/aws-environment.ts'
import { askUrl } from '../fixtures/function-url.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { noPythonClients, runPythonClient } from '../fixtures/python-clients.ts'
import { eventually } from '../fixtures/rest.ts'

await needsEngine(t)
if (noPythonClients) {
  t.plan(0, noPythonClients)
  process.exit(0)
}

const platform = await startPlatform()
t.teardown(() => platform.stop())

/** One command line, its words parted by blanks; resolves with what it printed, parsed. */
async function aws<T = Record<string, unknown>>(line: string, ...more: string[]): Promise<T> {
  const words = [...line.split(' '), ...more]
  const { code, stdout, stderr } = await runPythonClient(platform.url, 'aws', ['lambda', ...words])
  if (code !== 0) throw new Error(`aws lambda ${line} ended with ${code}: ${stderr}`)
  return (stdout.trim().startsWith('{') ? JSON.parse(stdout) : stdout) as T
}

async function refused(line: string, ...more: string[]) {
  const words = [...line.split(' '), ...more]
  const { code, stderr } = await runPythonClient(platform.url, 'aws', ['lambda', ...words])
  return { code, stderr: stderr.trim() }
}

const folder = t.testdir()
const file = (name: string) => join(folder, name)
const code = (text: string) =>
  `export const handler = async (event) => { console.log('saw', event.n); return { text: '${text}', event } }`
await writeFile(file('one.zip'), await zipOf(code('one')))
await writeFile(file('two.zip'), await zipOf(code('two')))

/** What `invoke` writes into its file, beside what it prints. */
async function invoke(line: string, payload: unknown = {}) {
  const printed = await aws(
    `invoke ${line} --payload`,
    JSON.stringify(payload),
    file('answer.json'),
  )
  return { printed, text: await readFile(file('answer.json'), 'utf8') }
}

t.test('a function is created, waited for, called and changed', async (t) => {
  const created = await aws(
    `create-function --function-name cups --runtime nodejs22.x --handler index.handler --role ${ROLE} --zip-file fileb://${file('one.zip')} --environment Variables={STAGE=test} --tags team=shop`,
  )
  t.match(created, { FunctionArn: functionArn('cups'), State: 'Pending', MemorySize: 128 })
  await aws('wait function-active-v2 --function-name cups')
  const { printed, text } = await invoke('--function-name cups', { n: 1 })
  t.match(printed, { StatusCode: 200, ExecutedVersion: '$LATEST' })
  t.same(JSON.parse(text), { text: 'one', event: { n: 1 } })

  const tail = await invoke('--function-name cups --log-type Tail', { n: 2 })
  const log = Buffer.from(String(tail.printed.LogResult), 'base64').toString()
  t.match(log, /START RequestId.*saw 2.*REPORT RequestId/s)

  const updated = await aws(
    `update-function-code --function-name cups --zip-file fileb://${file('two.zip')}`,
  )
  const sha256 = createHash('sha256')
    .update(await readFile(file('two.zip')))
    .digest('base64')
  t.match(updated, { CodeSha256: sha256, LastUpdateStatus: 'InProgress' })
  await aws('wait function-updated-v2 --function-name cups')
  await aws('update-function-configuration --function-name cups --memory-size 256 --timeout 9')
  await aws('wait function-updated --function-name cups')

  const read = await aws<{ Configuration: object; Code: { Location: string }; Tags: object }>(
    'get-function --function-name cups',
  )
  t.match(read.Configuration, {
    MemorySize: 256,
    Timeout: 9,
    CodeSha256: sha256,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Environment: { Variables: { STAGE: 'test' } },
  })
  t.same(read.Tags, { team: 'shop' })
  const bytes = await (await fetch(read.Code.Location)).arrayBuffer()
  t.equal(createHash('sha256').update(Buffer.from(bytes)).digest('base64'), sha256)
})

t.test('it is called for its effect, and dry', async (t) => {
  const event = await invoke('--function-name cups --invocation-type Event', { n: 3 })
  t.match(event.printed, { StatusCode: 202 })
  t.equal(event.text, '')
  const functions = new Functions(platform.url)
  await eventually('the event has run', async () =>
    (await functions.invocations('cups')).find(({ state }) => state === 'succeeded'),
  )
  t.match((await invoke('--function-name cups --invocation-type DryRun')).printed, {
    StatusCode: 204,
  })
})

t.test('versions and aliases', async (t) => {
  t.match(await aws('publish-version --function-name cups --description first'), {
    Version: '1',
    FunctionArn: `${functionArn('cups')}:1`,
    Description: 'first',
  })
  await aws('wait published-version-active --function-name cups --qualifier 1')
  const alias = await aws('create-alias --function-name cups --name live --function-version 1')
  t.match(alias, { AliasArn: `${functionArn('cups')}:live`, FunctionVersion: '1' })
  const { printed } = await invoke('--function-name cups --qualifier live')
  t.equal(printed.ExecutedVersion, '1')
  const { Versions } = await aws<{ Versions: { Version: string }[] }>(
    'list-versions-by-function --function-name cups',
  )
  t.same(
    Versions.map(({ Version }) => Version),
    ['$LATEST', '1'],
  )
})

t.test('lists are paged by the client itself', async (t) => {
  const create = (name: string) =>
    aws(
      `create-function --function-name ${name} --runtime nodejs24.x --handler index.handler --role ${ROLE} --zip-file fileb://${file('one.zip')}`,
    )
  await Promise.all([create('cups-2'), create('cups-3')])
  const names = await aws<string>(
    'list-functions --page-size 1 --query Functions[].FunctionName --output text',
  )
  t.same(names.trim().split(/\s+/).sort(), ['cups', 'cups-2', 'cups-3'])
})

t.test('who may call it', async (t) => {
  const statement = await aws<{ Statement: string }>(
    'add-permission --function-name cups --statement-id s1 --action lambda:InvokeFunction --principal s3.amazonaws.com --source-arn arn:aws:s3:::photos',
  )
  t.match(JSON.parse(statement.Statement), {
    Sid: 's1',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: functionArn('cups'),
    Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::photos' } },
  })
  const { Policy } = await aws<{ Policy: string }>('get-policy --function-name cups')
  t.match(JSON.parse(Policy), { Version: '2012-10-17', Id: 'default', Statement: [{ Sid: 's1' }] })
  await aws('remove-permission --function-name cups --statement-id s1')
  t.match((await refused('get-policy --function-name cups')).stderr, /ResourceNotFoundException/)
})

t.test('concurrency, tags, an address and a layer', async (t) => {
  const reserved =
    'put-function-concurrency --function-name cups --reserved-concurrent-executions 5'
  t.same(await aws(reserved), { ReservedConcurrentExecutions: 5 })
  await aws(`tag-resource --resource ${functionArn('cups')} --tags cost=low`)
  const tags = await aws(`list-tags --resource ${functionArn('cups')}`)
  t.same(tags, { Tags: { team: 'shop', cost: 'low' } })

  const { FunctionUrl } = await aws<{ FunctionUrl: string }>(
    'create-function-url-config --function-name cups --auth-type NONE',
  )
  await aws(
    'add-permission --function-name cups --statement-id url --action lambda:InvokeFunctionUrl --principal * --function-url-auth-type NONE',
  )
  const asked = await askUrl(FunctionUrl)
  t.match([asked.status, JSON.parse(asked.body.toString())], [200, { text: 'two' }])

  const layer = await aws<{ LayerVersionArn: string }>(
    `publish-layer-version --layer-name common --zip-file fileb://${file('one.zip')} --compatible-runtimes nodejs24.x`,
  )
  t.match(layer, { Version: 1, LayerVersionArn: /:layer:common:1$/ })
  await aws(`update-function-configuration --function-name cups --layers ${layer.LayerVersionArn}`)
  await aws('wait function-updated-v2 --function-name cups')
})

t.test('errors end the command with their name; what is deleted is gone', async (t) => {
  const missing = await refused('get-function --function-name nobody')
  t.match(missing, {
    code: 255,
    stderr: `An error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: ${functionArn('nobody')}`,
  })
  const taken = await refused(
    `create-function --function-name cups --runtime nodejs24.x --handler index.handler --role ${ROLE} --zip-file fileb://${file('one.zip')}`,
  )
  t.match(taken, {
    code: 255,
    stderr: /\(ResourceConflictException\).*Function already exist: cups$/,
  })
  t.same(await aws('delete-function --function-name cups'), { StatusCode: 204 })
  t.match(await refused('invoke --function-name cups', file('answer.json')), {
    code: 255,
    stderr: /\(ResourceNotFoundException\) when calling the Invoke operation/,
  })
})
