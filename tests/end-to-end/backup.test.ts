import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { rest } from '../fixtures/rest.ts'

const from = await startPlatform()
t.teardown(() => from.stop())

t.test('functions restored from a backup under load answer as they did', async (t) => {
  const functions = new Functions(from.url)
  await functions.create(
    'sum',
    'export const handler = async ({ a, b }) => ({ sum: a + b, unit: process.env.UNIT })',
    { environment: { UNIT: 'mm' } },
  )
  await functions.create('caught', 'export const handler = async (event) => event.Records[0].s3')
  await functions.create('busy', 'export const handler = async () => 0')
  await rest(`${from.url}/buckets/inbox`, { method: 'PUT' })
  const trigger = { type: 'object', bucket: 'inbox' }
  await rest(`${from.url}/functions/caught/triggers`, { body: trigger })
  const files = { 'nodejs/node_modules/units/index.js': "exports.unit = 'inch'" }
  const layer = await rest(`${from.url}/layers/units/versions`, { body: { files } })
  t.equal(layer.status, 201, layer.text)
  const address = await rest(`${from.url}/functions/sum/url`, { method: 'PUT' })

  let stop = false
  const deploying = (async () => {
    for (let round = 1; !stop; round += 1) {
      const source = `export const handler = async () => ${round}`
      await rest(`${from.url}/functions/busy/code`, { method: 'PUT', body: { source } })
    }
  })()
  const archive = new Uint8Array(await (await fetch(`${from.url}/backup`)).arrayBuffer())
  stop = true
  await deploying

  const to = await startPlatform()
  t.teardown(() => to.stop())
  await rest(`${to.url}/buckets/inbox`, { method: 'PUT' })
  const restored = await rest<{ functions: object[]; warnings: object[] }>(`${to.url}/restore`, {
    body: archive,
    headers: { 'content-type': 'application/zip' },
  })
  t.equal(restored.status, 200, restored.text)
  t.equal(restored.body.functions.length, 3)
  t.strictSame(restored.body.warnings, [])
  const call = (url: string, name: string, body: object) =>
    rest<Record<string, unknown>>(`${url}/functions/${name}/invocations`, { body })
  for (const url of [from.url, to.url]) {
    t.strictSame((await call(url, 'sum', { a: 1, b: 2 })).body, { sum: 3, unit: 'mm' })
  }
  t.type(Number((await call(to.url, 'busy', {})).text), 'number')
  t.match((await rest(`${to.url}/functions/sum/url`)).body.urlId, String(address.body.urlId))

  await new Functions(to.url).create(
    'later',
    "import { unit } from 'units'\nexport const handler = async () => unit",
    { layers: [String(layer.body.arn)] },
  )
  t.equal((await call(to.url, 'later', {})).text, '"inch"', 'a layer that no function used')

  await rest(`${to.url}/buckets/inbox/objects/x.txt`, { method: 'PUT', body: 'hello' })
  const [caught] = await new Functions(to.url).ends('caught', 1)
  t.match(caught?.result, { object: { key: 'x.txt' } })
})
