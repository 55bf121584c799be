import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { Client } from '../../cli/client.ts'
import { deploy } from '../../cli/deploy.ts'
import { readDeclaration } from '../fixtures/declaration.ts'
import { exampleFolder, loadExample, PACKAGES, samplePath } from '../fixtures/example.ts'
import { startPlatform } from '../fixtures/platform.ts'

/** From putting an object to its outputs, a new sandbox included. */
const OUTPUT_MS = 60_000

t.setTimeout(240_000)
const platform = await startPlatform()
t.teardown(() => platform.stop())

/** Deploys as `npx hearth deploy` does; resolves with the lines that it printed. */
async function deployed(name: string, folder = exampleFolder(name)): Promise<string[]> {
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const client = new Client({ url: platform.url, apiKey: undefined })
  await deploy(await readDeclaration(folder), {
    client,
    cacheDirectory: PACKAGES,
    say,
    detail: say,
  })
  return lines
}

function objectUrl(place: string): string {
  const [bucket = '', ...key] = place.split('/')
  return `${platform.url}/buckets/${bucket}/objects/${key.map(encodeURIComponent).join('/')}`
}

async function put(place: string, body: Buffer, type: string): Promise<void> {
  const headers = { 'content-type': type }
  const response = await fetch(objectUrl(place), {
    method: 'PUT',
    headers,
    body: new Uint8Array(body),
  })
  if (!response.ok) throw new Error(`PUT ${place}: ${response.status} ${await response.text()}`)
  await response.body?.cancel()
}

/** Waits until an object is there; throws with the function's log when it does not come. */
async function output(place: string, functionName: string): Promise<Buffer> {
  const deadline = Date.now() + OUTPUT_MS
  while (Date.now() < deadline) {
    const response = await fetch(objectUrl(place))
    if (response.ok) return Buffer.from(await response.arrayBuffer())
    await response.body?.cancel()
    await wait(100)
  }
  const logs = await fetch(`${platform.url}/functions/${functionName}/logs`)
  throw new Error(`${place} was not written. The log:\n${await logs.text()}`)
}

async function post(path: string, body: unknown, type = 'application/json') {
  const response = await fetch(platform.url + path, {
    method: 'POST',
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

t.test('hello: deployed and called', async (t) => {
  t.match(await deployed('hello'), [/^Packed /, 'Function hello: created'])
  const event = JSON.parse(await readFile(samplePath('hello', 'event.json'), 'utf8'))
  const answer = await post('/functions/hello/invocations', event)
  t.match(answer, { status: 200, body: { message: 'Hello, Ada!' } })
})

t.test('thumbnail: a photo in one bucket, three upright sizes in another', async (t) => {
  t.match(await deployed('thumbnail'), [
    /^Packed .* MB$/,
    'Bucket photos: created',
    'Bucket thumbnails: created',
    'Function thumbnail: created',
    'Trigger photos/*: added',
  ])
  const photo = await readFile(samplePath('thumbnail', 'coffee.jpg'))
  await put('photos/holiday/my cup.jpg', photo, 'image/jpeg')
  // Only to look at the pictures: its own sharp, in this process.
  const { load } = await loadExample(t, 'thumbnail')
  const { default: sharp } = (await load('node_modules/sharp/dist/index.mjs')) as {
    default: (bytes: Buffer) => { metadata(): Promise<object> }
  }
  for (const [size, width, height] of [
    ['small', 128, 85],
    ['medium', 256, 171],
    ['large', 512, 341],
  ] as const) {
    const bytes = await output(`thumbnails/holiday/my cup.jpg/${size}.webp`, 'thumbnail')
    t.match(await sharp(bytes).metadata(), {
      format: 'webp',
      width,
      height,
      orientation: undefined,
    })
  }
})

t.test('access-log-report: a web server’s log becomes a report and a page', async (t) => {
  await deployed('access-log-report')
  const log = await readFile(samplePath('access-log-report', 'access.log.gz'))
  await put('access-logs/2026-11-20.log.gz', log, 'application/gzip')
  const place = 'access-log-reports/2026-11-20.log.gz'
  const report = JSON.parse((await output(`${place}.json`, 'access-log-report')).toString())
  t.match(report, { source: 'access-logs/2026-11-20.log.gz', requests: 3377, unreadableLines: 0 })
  t.equal(report.hours.length, 24)
  const page = (await output(`${place}.html`, 'access-log-report')).toString()
  t.match(page, /<svg .*<rect .*<\/svg>/s)
})

t.test('convert-document: a Word document becomes a page and Markdown', async (t) => {
  await deployed('convert-document')
  const document = await readFile(samplePath('convert-document', 'brewing-coffee.docx'))
  const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  await put('documents/brewing-coffee.docx', document, type)
  const folder = 'converted-documents/brewing-coffee'
  const html = (await output(`${folder}/index.html`, 'convert-document')).toString()
  t.match(html, '<strong>freshly ground</strong>')
  const markdown = (await output(`${folder}/index.md`, 'convert-document')).toString()
  t.match(markdown, '| 4 | 58 | 1000 | 5:00 min |')
  const image = await output(`${folder}/image-1.jpg`, 'convert-document')
  t.equal(image.readUInt16BE(0), 0xffd8, 'a JPEG')
})

t.test('digest: lists what is in a bucket with its own credentials', async (t) => {
  const lines = await deployed('digest')
  t.match(lines.at(-1), 'Trigger cron(0 6 * * ? *) UTC: added')
  await put('photos/for-the-digest.jpg', Buffer.from('a photo'), 'image/jpeg')
  const date = new Date().toISOString().slice(0, 10)
  const answer = await post('/functions/digest/invocations', { date })
  t.match(answer, { status: 200, body: { bucket: 'photos', date } })
  t.ok(Number(answer.body.objects) >= 1)
  const markdown = await output(`digests/photos/${date}.md`, 'digest')
  t.match(markdown.toString(), '`for-the-digest.jpg`')
})

t.test('event-router: CloudEvents reach it by its patterns, and others do not', async (t) => {
  await deployed('event-router')
  const type = 'application/cloudevents+json'
  for (const [file, folders] of [
    ['order-placed.json', ['orders', 'alerts']],
    ['payment-failed.json', ['payments', 'alerts']],
  ] as const) {
    const event = JSON.parse(await readFile(samplePath('event-router', file), 'utf8'))
    const { status, body } = await post('/events', event, type)
    t.match({ status, body }, { status: 202, body: { invocations: { length: 1 } } })
    for (const folder of folders) {
      const stored = await waitForObject(`${folder}/${event.type}/`)
      t.match(JSON.parse((await output(`routed-events/${stored}`, 'event-router')).toString()), {
        id: event.id,
        data: event.data,
      })
    }
  }
  const small = {
    specversion: '1.0',
    id: 'small',
    source: '/shop/payments',
    type: 'com.example.payment.failed',
    data: { amount: 1 },
  }
  const { body } = await post('/events', small, type)
  t.same(body.invocations, [], 'a small payment matches no pattern')
})

/** The first key under a prefix of the routed events. */
async function waitForObject(prefix: string): Promise<string> {
  const deadline = Date.now() + OUTPUT_MS
  const query = new URLSearchParams({ prefix })
  while (Date.now() < deadline) {
    const response = await fetch(`${platform.url}/buckets/routed-events/objects?${query}`)
    const { objects } = (await response.json()) as { objects: { key: string }[] }
    if (objects[0]) return objects[0].key
    await wait(100)
  }
  throw new Error(`Nothing was written under ${prefix}`)
}

t.test('deploying again changes nothing that is the same', async (t) => {
  const lines = await deployed('thumbnail')
  t.match(lines.slice(1), [
    'Bucket photos: there already',
    'Bucket thumbnails: there already',
    'Function thumbnail: unchanged',
    'Trigger photos/*: there already',
  ])
  const response = await fetch(`${platform.url}/functions/thumbnail/triggers`)
  const { triggers } = (await response.json()) as { triggers: unknown[] }
  t.equal(triggers.length, 1)
})

t.test('deploying again changes what differs, and leaves what is not declared', async (t) => {
  const declared = { name: 'changing', memoryMb: 256 }
  const first = t.testdir({
    'hearth.json': JSON.stringify({ ...declared, environment: { MODE: 'first' } }),
    'index.mjs': "export const handler = () => 'one ' + process.env.MODE",
  })
  t.match(await deployed('changing', first), [/^Packed /, 'Function changing: created'])
  t.match(await post('/functions/changing/invocations', {}), { status: 200, body: 'one first' })

  const schedule = { type: 'schedule', schedule: 'rate(1 day)' }
  const second = t.testdir({
    'hearth.json': JSON.stringify({ ...declared, timeoutSeconds: 9, triggers: [schedule] }),
    'index.mjs': "export const handler = () => 'two ' + process.env.MODE",
  })
  t.match((await deployed('changing', second)).slice(1), [
    'Function changing: configuration and code updated',
    'Trigger rate(1 day) UTC: added',
  ])
  t.match(await post('/functions/changing/invocations', {}), { status: 200, body: 'two first' })
  const response = await fetch(`${platform.url}/functions/changing`)
  t.match(await response.json(), { memoryMb: 256, timeoutSeconds: 9 })
  const again = (await deployed('changing', second)).slice(1)
  t.match(again, ['Function changing: unchanged', 'Trigger rate(1 day) UTC: there already'])
})

t.test('what the platform refuses is told with its remedy', async (t) => {
  const folder = t.testdir({
    'hearth.json': JSON.stringify({ name: 'refused', environment: { AWS_REGION: 'here' } }),
    'index.mjs': 'export const handler = () => 1',
  })
  await t.rejects(deployed('refused', folder), {
    name: 'Problem',
    message: /AWS_REGION.* \(400, request .+\)$/,
    remedy: /./,
  })
})
