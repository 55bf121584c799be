import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { ClaimStore } from '../../../core/invocations/claim-store.ts'
import { RETRY_POLICY } from '../../../core/invocations/retry.ts'
import { noTimings } from '../../../core/invocations/timings.ts'
import { createLogger } from '../../../core/logs/logger.ts'
import { RunningClaims } from '../../../scheduler/asynchronous/running-claims.ts'
import { payloadsBeside, startQueue } from '../../fixtures/asynchronous.ts'

const inTime = { timeout: 30_000 }

t.test('a result that Redis does not take is left when nobody waits for it', inTime, async (t) => {
  const { server, turns } = await startQueue(t)
  const payloads = payloadsBeside(server.url)
  const owner = { nodeId: 'n1', bootId: 'b1' }
  const running = new RunningClaims({
    claims: new ClaimStore({ redis: server.redis, owner, payloads }),
    turns,
    payloads,
    policy: () => RETRY_POLICY,
    invoke: async () => ({
      executedVersion: '$LATEST',
      result: Buffer.from('1'),
      timings: noTimings(),
    }),
    handedOver: () => undefined,
    log: createLogger({ LOG_LEVEL: 'silent' }),
  })
  await server.kill()
  running.start({
    id: 'i1',
    functionName: 'f1',
    fence: 1,
    nodeId: 'n1',
    functionErrors: 0,
    platformFaults: 0,
    ageMs: 0,
    event: Buffer.from('1'),
    cause: { kind: 'request' },
  })
  await sleep(1000)
  t.equal(running.size, 1, 'it is offered again while somebody waits')
  await running.settle(0)
  // It would be offered for minutes.
  while (running.size > 0) await sleep(10)
  t.pass('nothing goes on')
})
