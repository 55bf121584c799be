import t from 'tap'
import { PlayedPool } from './played-pool.ts'

t.test('raw output stays raw, and lies in the pipe before the answer', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    `import fs from 'node:fs'
     export const handler = async () => {
       process.stdout.write('raw'); process.stdout.write('\u00fc\\n'); fs.writeSync(1, 'sync\\n'); process.stderr.write('err\\n') }`,
  )
  await pool.invoke({})
  t.equal(await pool.written(), 'rawü\nsync\n')
  t.equal(pool.stderr, 'err\n')
})

t.test('output waits for a full pipe and loses nothing', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    `export const handler = async () => { process.stdout.write('x'.repeat(3e6)); console.log('y'.repeat(1e6)); return 1 }`,
  )
  pool.stopReading()
  const answer = pool.invoke({})
  setTimeout(() => pool.readOn(), 100)
  t.equal((await answer).value, 1)
  t.equal(
    (await pool.written()).length,
    4e6 + '2026-01-01T00:00:00.000Z\tinvocation-1\tINFO\t\n'.length,
  )
})

t.test('output survives a pipe that somebody made non-blocking', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    `import net from 'node:net'
     export const handler = async () => {
       const nonBlocking = new net.Socket({ fd: 1, readable: false, writable: true }); nonBlocking.unref()
       process.stdout.write('z'.repeat(3e6)); return 1 }`,
  )
  pool.stopReading()
  const answer = pool.invoke({})
  setTimeout(() => pool.readOn(), 100)
  t.equal((await answer).value, 1)
  t.equal((await pool.written()).length, 3e6)
})

t.test('what a handler writes just before it exits is not lost', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    "export const handler = async () => { process.stdout.write('a'.repeat(200000) + '\\n'); process.exit(3) }",
  )
  pool.send(
    { type: 'invoke', id: 'x', deadlineMs: Date.now() + 1000, arn: '' } as { type: string },
    Buffer.from('{}'),
  )
  t.equal((await pool.exit()).code, 3)
  t.equal((await pool.written()).length, 200_001)
})
