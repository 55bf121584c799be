import { randomUUID } from 'node:crypto'
import t from 'tap'
import { streamAnswer } from '../../../core/links/answer-stream.ts'
import type { RunnableFunction } from '../../../scheduler/pool/call.ts'
import { LogTail } from '../../../scheduler/pool/log-tail.ts'
import { needsEngine, startPool } from '../../fixtures/pool.ts'

t.test('keeps the last 4 KB, and no half of a character', (t) => {
  const tail = new LogTail()
  tail.add(() => 'first')
  tail.add('second')
  t.equal(String(tail), 'first\nsecond\n')
  for (let n = 0; n < 1000; n += 1) tail.add('ü€𝄞')
  const bytes = Buffer.from(String(tail))
  t.ok(bytes.length <= 4096 && bytes.length > 4090)
  t.notMatch(String(tail), /\uFFFD/)
  t.match(String(tail), /ü€𝄞\n$/)
  t.end()
})

await needsEngine(t)

const rig = await startPool({ generic: 1, maxSandboxes: 5 })
t.teardown(() => rig.close())

const SOURCE = `export const handler = async ({ lines = 1, fail, hang }) => {
  for (let n = 0; n < lines; n += 1) console.log('line', n)
  process.stdout.write('no line end')
  if (fail) throw new TypeError('failed')
  if (hang) await new Promise(() => {})
  return 'ok'
}`

async function tailOf(fn: RunnableFunction, event: object, streamed = false) {
  const id = randomUUID()
  const bytes = Buffer.from(JSON.stringify(event))
  const request = { id, functionName: fn.definition.name, event: bytes, logTail: true }
  if (!streamed) return { id, ...(await rig.pool.invoke(fn, request)) }
  const { chunks, done } = await streamAnswer((to) => rig.pool.invoke(fn, request, to))
  chunks.resume()
  return { id, ...(await done) }
}

t.test('the answer has the log of its invocation, from START to REPORT', async (t) => {
  const fn = await rig.deploy(SOURCE)
  for (const streamed of [false, true]) {
    const { id, logTail = '' } = await tailOf(fn, {}, streamed)
    const lines = logTail.split('\n')
    t.equal(lines[0], `START RequestId: ${id} Version: $LATEST`)
    t.match(lines[1], new RegExp(`\\t${id}\\tINFO\\tline 0$`))
    t.equal(lines[2], 'no line end')
    t.equal(lines[3], `END RequestId: ${id}`)
    const init = streamed ? '' : '\\tInit Duration: [\\d.]+ ms'
    t.match(
      lines[4],
      new RegExp(
        `^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB${init}\\t?$`,
      ),
    )
    t.same(lines.slice(5), [''])
  }
})

t.test('of a long log the end', async (t) => {
  const { id, logTail = '' } = await tailOf(await rig.deploy(SOURCE), { lines: 500 })
  t.equal(Buffer.byteLength(logTail), 4096)
  t.match(logTail, new RegExp(`line 499\nno line end\nEND RequestId: ${id}\nREPORT RequestId`))
  t.notMatch(logTail, /START/)
})

t.test('of what fails, times out, or cannot be loaded as well', async (t) => {
  const fn = await rig.deploy(SOURCE, { timeoutSeconds: 1 })
  const failed = await tailOf(fn, { fail: true })
  t.match(failed, { functionError: { errorType: 'TypeError' } })
  t.match(failed.logTail, /ERROR\tInvoke Error \t.*TypeError.*\nEND.*\nREPORT.*Status: error/)
  const late = await tailOf(fn, { hang: true })
  t.match(late, { timedOut: true })
  t.match(
    late.logTail,
    /line 0\nno line end\n.*Task timed out after 1.00 seconds\nEND.*\nREPORT.*Status: timeout/,
  )
  const broken = await tailOf(await rig.deploy("throw new Error('at load')"), {})
  t.match(broken.logTail, /^START.*\nEND.*\nREPORT.*\n$/)
})

t.test('who does not ask gets none', async (t) => {
  const { answer } = await rig.call(await rig.deploy(SOURCE))
  t.notOk('logTail' in answer)
})
