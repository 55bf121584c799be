import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { closeGateway } from '../../../gateway/closing.ts'
import { EventStream } from '../../fixtures/event-stream.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const { app, call, create, parts } = await startGateway(t)
const url = await app.listen({ port: 0, host: '127.0.0.1' })
const live = (name: string, query = '') => `${url}/functions/${name}/logs/live${query}`

function write(name: string, from: number, to: number): void {
  for (let index = from; index < to; index += 1) {
    const invocationId = `i-${index % 2}`
    parts.logs.write(name, { timeMs: Date.now(), invocationId, text: `${index}` })
  }
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`)
const isText = (last: string) => (text: string) => text === last

t.test('Ten tails of one function get every line, in order', async (t) => {
  await create('ten')
  write('ten', 0, 10)
  await parts.logs.state('ten')
  const tails = await Promise.all(Array.from({ length: 10 }, () => EventStream.open(live('ten'))))
  for (const tail of tails) t.match(await tail.next(), { event: 'ready', id: /^\d+-10$/ })
  const reading = tails.map((tail) => tail.texts(isText('1999')))
  for (let from = 10; from < 2000; from += 10) {
    write('ten', from, from + 10)
    if (from % 200 === 0) await sleep(10)
  }
  for (const texts of await Promise.all(reading)) t.strictSame(texts, numbers(10, 2000))
  await Promise.all(tails.map((tail) => tail.close()))
})

t.test('A line comes with its level, its data and its invocation', async (t) => {
  await create('shaped')
  const tail = await EventStream.open(live('shaped'))
  await tail.next()
  const timeMs = Date.now()
  const text = '{"level":"ERROR","n":1,"text":"a\\nb"}'
  parts.logs.write('shaped', { timeMs, invocationId: 'abc', text })
  t.match(await tail.next(), {
    event: 'line',
    id: /^\d+-1$/,
    data: {
      time: new Date(timeMs).toISOString(),
      invocationId: 'abc',
      level: 'ERROR',
      text,
      data: { level: 'ERROR', n: 1, text: 'a\nb' },
    },
  })
  await tail.close()
})

t.test('A tail that breaks off anywhere resumes without a gap or a double', async (t) => {
  await create('broken')
  write('broken', 0, 500)
  const all: string[] = []
  let headers: Record<string, string> = {}
  let query = '?after=0-0'
  while (all.length < 1000) {
    const tail = await EventStream.open(live('broken', query), headers)
    const texts = await tail.texts(
      () => Math.random() < 0.02 || tail.lastId?.endsWith('-1000') === true,
    )
    all.push(...texts)
    await tail.close()
    if (all.length < 500) headers = { 'last-event-id': tail.lastId ?? '' }
    else query = `?after=${tail.lastId}`
    if (query !== '?after=0-0') headers = {}
    const end = Math.min(1000, 500 + all.length)
    const {
      end: { number },
    } = await parts.logs.state('broken')
    write('broken', number, Math.max(number, end))
  }
  t.strictSame(all, numbers(0, 1000))
})

t.test('From the last lines a tail goes on where they ended', async (t) => {
  await create('joined')
  write('joined', 0, 5)
  const { body } = await call('GET /functions/joined/logs')
  write('joined', 5, 10)
  const tail = await EventStream.open(live('joined', `?after=${body.after}`))
  t.strictSame(await tail.texts(isText('9')), numbers(5, 10))
  await tail.close()
})

t.test('A tail may want one invocation, a level or a text', async (t) => {
  await create('filtered')
  const entries: [string, string][] = [
    ['one', '{"level":"INFO","message":"begins"}'],
    ['two', '{"level":"ERROR","message":"Broken pipe"}'],
    ['one', '{"level":"ERROR","message":"gives up"}'],
    ['one', 'the end'],
    ['two', 'the end'],
  ]
  const cases: [string, string[]][] = [
    ['?invocation=one', ['INFO', 'ERROR', 'end']],
    ['?level=error', ['ERROR', 'ERROR']],
    ['?search=BROKEN', ['ERROR']],
    ['?invocation=two&level=INFO', ['ERROR', 'end']],
  ]
  const tails = await Promise.all(cases.map(([query]) => EventStream.open(live('filtered', query))))
  for (const tail of tails) await tail.next()
  for (const [invocationId, text] of entries) {
    parts.logs.write('filtered', { timeMs: Date.now(), invocationId, text })
  }
  for (const [index, [query, wanted]] of cases.entries()) {
    const found: string[] = []
    while (found.length < wanted.length) {
      const event = await tails[index]?.next()
      found.push(event?.data.level ?? 'end')
    }
    t.strictSame(found, wanted, query)
    await tails[index]?.close()
  }
})

t.test('Lines that are not wanted move the place where a reader goes on', async (t) => {
  await create('quiet')
  const tail = await EventStream.open(live('quiet', '?search=never'))
  const begin = (await tail.next())?.id
  write('quiet', 0, 10)
  await tail.moved()
  t.not(tail.lastId, begin)
  t.match(tail.lastId, /-10$/)
  await tail.close()
})

t.test('A reader that is slow holds nothing back, and is told what it missed', async (t) => {
  await create('slow')
  await create('brisk')
  const { host, pathname } = new URL(live('slow'))
  const socket = connect(Number(host.split(':')[1]), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  await once(socket, 'data')
  socket.pause()
  const heavy = 'x'.repeat(10_000)
  for (let round = 0; round < 25; round += 1) {
    for (let index = 0; index < 100; index += 1) {
      parts.logs.write('slow', { timeMs: Date.now(), text: `${round * 100 + index} ${heavy}` })
    }
    await parts.logs.state('slow')
  }
  parts.logs.write('slow', { timeMs: Date.now(), text: 'the last' })
  const brisk = await EventStream.open(live('brisk'))
  write('brisk', 0, 10)
  t.strictSame(await brisk.texts(isText('9')), numbers(0, 10), 'another tail goes on')
  await brisk.close()
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.resume()
  while (!text.slice(-1000).includes('"the last"')) await once(socket, 'data')
  socket.destroy()
  const missed = [...text.matchAll(/event: missed\ndata: \{"lines":(\d+)\}/g)].reduce(
    (sum, [, lines]) => sum + Number(lines),
    0,
  )
  // What came with the head of the answer was read before: the page that says where it begins.
  const read = text.match(/event: line\n/g)?.length ?? 0
  t.ok(missed > 0, `${missed} lines were missed`)
  t.equal(read + missed, 2501)
})

t.test('What cannot be followed is refused', async (t) => {
  await create('refused')
  t.equal((await call('GET /functions/unknown/logs/live')).status, 404)
  t.equal((await call('GET /functions/refused/logs/live?after=here')).status, 400)
  t.equal((await call('GET /functions/refused/logs/live?limit=3')).status, 400)
  t.equal((await call('HEAD /functions/refused/logs/live')).status, 404)
})

t.test('One tail more than a gateway serves is refused, until another one closes', async (t) => {
  await create('crowded')
  const open = () => EventStream.open(live('crowded'))
  const tails = await Promise.all(Array.from({ length: 200 }, open))
  await t.rejects(open(), { message: /^503 .*"TooManyLogTails".*200 logs are being followed/ })
  await tails.pop()?.close()
  let next: EventStream | undefined
  while (!next) next = await open().catch(() => undefined)
  t.match(await next.next(), { event: 'ready' })
  await Promise.all([next, ...tails].map((tail) => tail.close()))
})

t.test('Readers who hang up at once take no place', async (t) => {
  await create('hasty')
  const { host, pathname } = new URL(live('hasty'))
  for (let turn = 0; turn < 300; turn += 1) {
    const socket = connect(Number(host.split(':')[1]), '127.0.0.1')
    await once(socket, 'connect')
    socket.end(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`, () => socket.destroy())
    await once(socket, 'close')
  }
  const tails: EventStream[] = []
  while (tails.length < 190) {
    const tail = await EventStream.open(live('hasty')).catch(() => undefined)
    if (tail) tails.push(tail)
  }
  t.equal(tails.length, 190)
  await Promise.all(tails.map((tail) => tail.close()))
})

t.test('Tails end when the gateway closes', async (t) => {
  await create('closing')
  const tail = await EventStream.open(live('closing'))
  await tail.next()
  const closing = closeGateway(app, 10_000)
  t.equal(await tail.next(), undefined)
  await closing
})
