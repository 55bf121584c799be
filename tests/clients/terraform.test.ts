import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { makeZip } from '../../core/functions/zip.ts'
import { zipOf } from '../fixtures/aws-environment.ts'
import { askUrl } from '../fixtures/function-url.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { rest } from '../fixtures/rest.ts'
import { initTerraform, noTerraform } from '../fixtures/terraform.ts'

await needsEngine(t)
if (noTerraform) {
  t.plan(0, noTerraform)
  process.exit(0)
}

t.setTimeout(280_000)
const platform = await startPlatform()
t.teardown(() => platform.stop())
const folder = t.testdir()
const terraform = await initTerraform(folder, platform.url)

const source = (answer: string) => `import { common } from 'common'
export const handler = async () => ({ answer: '${answer}', common, stage: process.env.STAGE })`
await writeFile(join(folder, 'one.zip'), await zipOf(source('one')))
await writeFile(join(folder, 'two.zip'), await zipOf(source('two')))
const layer = {
  'nodejs/node_modules/common/package.json':
    '{"name":"common","type":"module","exports":"./main.js"}',
  'nodejs/node_modules/common/main.js': "export const common = 'of the layer'",
}
await writeFile(join(folder, 'layer.zip'), await makeZip(layer))

const set = (variables: Record<string, string | number>) =>
  Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`)
const first = set({ code: 'one.zip', layer: 'layer.zip', memory_size: 128, stage: 'test' })
const second = set({ code: 'two.zip', layer: 'layer.zip', memory_size: 256, stage: 'live' })

async function outputs(): Promise<{ url: string; version: string }> {
  const { text } = await terraform.run('output', '-json')
  const { url, version } = JSON.parse(text) as Record<string, { value: string }>
  return { url: url?.value ?? '', version: version?.value ?? '' }
}

t.test('a configuration is applied, and nothing is left to change', async (t) => {
  const { code, text } = await terraform.run('apply', '-auto-approve', '-no-color', ...first)
  t.equal(code, 0, text)
  const { url, version } = await outputs()
  t.equal(version, '1')
  const { status, headers, body } = await askUrl(url, {
    headers: { origin: 'https://shop.example' },
  })
  t.equal(status, 200)
  t.equal(headers['access-control-allow-origin'], 'https://shop.example')
  const answer = { answer: 'one', common: 'of the layer', stage: 'test' }
  t.same(JSON.parse(body.toString()), answer)
  await rest(`${platform.url}/buckets/orders/objects/in/a.txt`, { method: 'PUT', body: 'text' })
  const [invocation] = await new Functions(platform.url).ends('orders', 1)
  t.match(invocation, { state: 'succeeded', cause: { kind: 'object' } })
  const plan = await terraform.run('plan', '-detailed-exitcode', '-no-color', ...first)
  t.equal(plan.code, 0, plan.text)
})

t.test('code and configuration change, and again nothing is left to change', async (t) => {
  const { code, text } = await terraform.run('apply', '-auto-approve', '-no-color', ...second)
  t.equal(code, 0, text)
  const { url, version } = await outputs()
  t.equal(version, '2')
  const answer = { answer: 'two', common: 'of the layer', stage: 'live' }
  t.same(JSON.parse((await askUrl(url)).body.toString()), answer)
  const plan = await terraform.run('plan', '-detailed-exitcode', '-no-color', ...second)
  t.equal(plan.code, 0, plan.text)
})

t.test('all is destroyed', async (t) => {
  const { code, text } = await terraform.run('destroy', '-auto-approve', '-no-color', ...second)
  t.equal(code, 0, text)
  const { body } = await rest<{ functions: unknown[] }>(`${platform.url}/functions`)
  t.same(body.functions, [])
})
