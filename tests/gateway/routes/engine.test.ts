import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'

t.test('What the scheduler tells of its engine is answered, whole', async (t) => {
  const { call, link } = await startGateway(t)
  const tally = { calls: 4, running: 1, refused: 1, unanswered: 1, late: 1, repeated: 0 }
  const calls = { remove: { ...tally, totalMs: 12_000, maxMs: 8000 } }
  const time = new Date().toISOString()
  const stuck = { id: 'abc', reason: 'no', tries: 3, since: time, nextTryAt: time }
  const shim = { pid: 7, containerId: 'f'.repeat(64) }
  const freezing = 'cgroup-v2' as const
  const engineReport = { freezing, calls, quarantined: [stuck], orphanedShims: [shim] }
  const health = await link.health()
  link.health = async () => ({ ...health, engineReport })
  const { status, body } = await call('GET /engine')
  t.equal(status, 200)
  t.strictSame(body, { driver: 'docker', state: 'up', ...engineReport })
})
