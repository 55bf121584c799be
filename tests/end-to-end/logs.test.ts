import t from 'tap'
import { awsClients } from '../fixtures/aws-services.ts'
import { EventStream } from '../fixtures/event-stream.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { eventually, rest } from '../fixtures/rest.ts'

await needsEngine(t)
const platform = await startPlatform({ LOG_LINES: '20000' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const logsOf = (name: string) => `${platform.url}/functions/${name}/logs`

const INVOCATIONS = 100
const LINES = 100
/** START, END and REPORT. */
const FRAME = 3

interface Line {
  text: string
  invocationId?: string
  level?: string
  data?: { n: number }
}

t.test('Ten thousand lines are where they belong, live and afterwards', async (t) => {
  const source = `export const handler = async ({ turn }) => {
    for (let n = 0; n < ${LINES}; n += 1) console.log(JSON.stringify({ level: n ? 'INFO' : 'WARN', turn, n }))
  }`
  await functions.create('talker', source)
  const tail = await EventStream.open(`${logsOf('talker')}/live`)
  await tail.next()
  const turns = Array.from({ length: INVOCATIONS }, (_, turn) => turn)
  const ids: string[] = []
  for (let at = 0; at < turns.length; at += 10) {
    const calls = turns.slice(at, at + 10).map((turn) => functions.call('talker', { turn }))
    for (const answer of await Promise.all(calls)) {
      t.equal(answer.status, 200)
      ids.push(answer.headers.get('x-invocation-id') ?? '')
    }
  }
  const live = new Map<string, number[]>()
  let frames = 0
  for (let count = 0; count < INVOCATIONS * (LINES + FRAME); count += 1) {
    const event = await tail.next()
    if (event?.event !== 'line') throw new Error(`${event?.event} ${JSON.stringify(event?.data)}`)
    const { invocationId, data } = event.data
    if (data) live.set(invocationId, [...(live.get(invocationId) ?? []), data.n])
    else frames += 1
  }
  await tail.close()
  const wanted = Array.from({ length: LINES }, (_, n) => n)
  t.equal(frames, INVOCATIONS * FRAME)
  t.strictSame([...live.keys()].sort(), ids.toSorted())
  for (const id of ids) t.strictSame(live.get(id), wanted)
  for (const id of ids.slice(0, 10)) {
    const { body } = await rest<{ lines: Line[] }>(
      `${logsOf('talker')}?invocation=${id}&limit=1000`,
    )
    t.equal(body.lines.length, LINES + FRAME)
    t.strictSame(
      body.lines.flatMap(({ data }) => (data ? [data.n] : [])),
      wanted,
    )
  }
  const warnings = await rest<{ lines: Line[]; kept: { lines: number; droppedLines: number } }>(
    `${logsOf('talker')}?level=WARN&limit=1000`,
  )
  t.equal(warnings.body.lines.length, INVOCATIONS)
  t.match(warnings.body.kept, { lines: INVOCATIONS * (LINES + FRAME), droppedLines: 0 })
})

t.test('A line is on the screen while its invocation still runs', async (t) => {
  const source = `export const handler = async () => {
    console.log('written at', Date.now())
    await new Promise((resolve) => setTimeout(resolve, 3000))
    console.log('ends')
  }`
  await functions.create('runner', source)
  const tail = await EventStream.open(`${logsOf('runner')}/live?search=written`)
  await tail.next()
  let ended = false
  const running = functions.call('runner').then(() => {
    ended = true
  })
  const event = await tail.next()
  const written = Number(/written at (\d+)/.exec(event?.data.text)?.[1])
  t.comment(`${Date.now() - written} ms from console.log to the reader`)
  t.notOk(ended, 'it runs still')
  t.match(event?.data, { level: 'INFO', invocationId: /^[0-9a-f-]{36}$/ })
  await running
  await tail.close()
})

t.test('A function knows the log stream that its lines are found under', async (t) => {
  const source =
    'export const handler = async (_event, context) => { console.log("known"); return context.logStreamName }'
  await functions.create('knower', source)
  const { body: stream } = await functions.call<string>('knower')
  t.match(stream, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
  const { logs } = awsClients(platform.url)
  const found = await logs.getLogEvents({
    logGroupName: '/aws/lambda/knower',
    logStreamName: stream,
  })
  t.ok(found.events?.some(({ message }) => message?.endsWith('\tINFO\tknown')))
})

t.test('A tail outlives the platform’s restart', async (t) => {
  await functions.create(
    'survivor',
    'export const handler = async ({ n }) => console.log("n is", n)',
  )
  await functions.call('survivor', { n: 1 })
  const { body } = await eventually('the first line is kept', async () => {
    const answer = await rest<{ lines: Line[]; after: string }>(`${logsOf('survivor')}?search=n+is`)
    return answer.body.lines.length > 0 ? answer : undefined
  })
  const tail = await EventStream.open(`${logsOf('survivor')}/live?search=n+is&after=${body.after}`)
  await tail.next()
  await platform.end()
  t.equal(await tail.next(), undefined, 'it ends with the platform')
  await platform.start()
  await functions.call('survivor', { n: 2 })
  const again = await EventStream.open(`${logsOf('survivor')}/live?search=n+is`, {
    'last-event-id': tail.lastId ?? '',
  })
  t.equal((await again.next())?.event, 'ready')
  t.match(await again.next(), { event: 'line', data: { text: /n is 2$/ } })
  await again.close()
})
