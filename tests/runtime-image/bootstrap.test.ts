import t from 'tap'
import { PlayedPool } from './played-pool.ts'

async function started(
  test: { teardown(done: () => Promise<void>): void },
  files: Record<string, string>,
) {
  const pool = await PlayedPool.make(files)
  test.teardown(() => pool.close())
  await pool.boot()
  return pool
}

t.test('a sandbox says hello, becomes a function and answers', async (t) => {
  const pool = await started(t, { 'index.mjs': 'export const handler = async (e) => ({ got: e })' })
  const ready = await pool.init()
  t.equal(ready.type, 'ready')
  const { head, value } = await pool.invoke({ a: 1 })
  t.match(head, { type: 'result', id: 'invocation-1', handlerMs: Number, maxMemoryMb: Number })
  t.strictSame(value, { got: { a: 1 } })
})
