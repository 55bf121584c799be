import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { loadExample, objectCreated, readObject, samplePath } from '../fixtures/example.ts'
import { startMinio } from '../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
await minio.store.createBucket('access-logs')
await minio.store.createBucket('access-log-reports')

const example = await loadExample(t, 'access-log-report', minio)
const log = await readFile(samplePath('access-log-report', 'access.log.gz'))

async function put(key: string, bytes: Buffer) {
  const upload = { bucket: 'access-logs', key, size: bytes.length }
  await minio.store.putObject(upload, Readable.from([bytes]))
  return objectCreated('access-logs', key, bytes.length)
}

async function reportOf(key: string) {
  return JSON.parse((await readObject(minio, `access-log-reports/${key}.json`)).toString())
}

t.test('the report counts what a web server wrote', async (t) => {
  const key = 'web/2026-11-20.log.gz'
  t.same(await example.handler(await put(key, log)), [`${key}.json`, `${key}.html`])
  const report = await reportOf(key)
  const lines = gunzipSync(log).toString().trimEnd().split('\n')
  t.match(report, { requests: lines.length, unreadableLines: 0, source: `access-logs/${key}` })
  const failed = lines.filter((line) => / 502 \d+ "/.test(line)).length
  t.match(report.statuses.find((one: { value: string }) => one.value === '502')?.requests, failed)
  t.same(report.failingPaths, [{ value: '/api/orders', requests: failed }])
  const pages = lines.filter((line) => /"[A-Z]+ \/(\?\S*)? HTTP/.test(line)).length
  t.match(report.paths[0], { value: '/', requests: pages })
  t.equal(report.clients, new Set(lines.map((line) => line.split(' ', 1)[0])).size)
  t.equal(report.hours.length, 24, 'a day has 24 hours')
})

t.test('the page draws a bar for each hour, and shows no markup that a client sent', async (t) => {
  const line = '127.0.0.1 - - [20/Nov/2026:10:00:00 +0100] "GET /<script>x</script> HTTP/1.1" 404 1'
  await example.handler(await put('attack.gz', gzipSync(`${line} "-" "<img src=x>"\n`)))
  const attack = (await readObject(minio, 'access-log-reports/attack.gz.html')).toString()
  t.match(attack, '&lt;script&gt;')
  t.notMatch(attack, /<script|<img/)
  const page = (await readObject(minio, 'access-log-reports/web/2026-11-20.log.gz.html')).toString()
  t.equal(page.match(/<g><title>/g)?.length, 24)
  t.notMatch(page, /NaN|undefined/)
})

t.test('lines that are no requests are counted apart, and times are told in UTC', async (t) => {
  const text = [
    'no log line at all',
    '10.0.0.1 - - [20/Nov/2026:01:30:00 +0200] "\\x16\\x03\\x01" 400 157 "-" "-"',
    `10.0.0.2 - - [20/Nov/2026:01:30:00 +0200] "GET /${'x'.repeat(300_000)} HTTP/1.1" 414 0`,
    '10.0.0.3 - - [20/Foo/2026:01:30:00 +0200] "GET / HTTP/1.1" 200 1 "-" "-"',
    '10.0.0.4 - - [20/Nov/2026:01:30:00 +0200] "GET /a?b=c HTTP/1.1" 200 - "-" "say \\"hi\\""',
  ].join('\n')
  await example.handler(await put('odd.gz', gzipSync(text)))
  const report = await reportOf('odd.gz')
  t.match(report, { requests: 3, unreadableLines: 2, bytes: 157, clients: 3 })
  const paths = report.paths.map((one: { value: string }) => one.value).sort()
  t.same(paths, ['/a', `/${'x'.repeat(255)}`, '\\x16\\x03\\x01'], 'a long path is cut')
  t.same(report.hours, [
    { start: '2026-11-19T23:00:00.000Z', succeeded: 1, clientErrors: 2, serverErrors: 0 },
  ])
})

t.test('a broken archive fails, and leaves no report of its first half', async (t) => {
  await t.rejects(example.handler(await put('broken.gz', log.subarray(0, 20_000))))
  await t.rejects(example.handler(await put('text.gz', Buffer.from('not gzipped'))))
  await t.rejects(reportOf('broken.gz'), { code: 'ObjectNotFound' })
})

t.test('a log that was deleted meanwhile is skipped', async (t) => {
  t.same(await example.handler(objectCreated('access-logs', 'gone.gz', 1)), [])
})
