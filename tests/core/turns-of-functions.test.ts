import t from 'tap'
import { ClaimStore } from '../../core/claim-store.ts'
import { InvocationStore } from '../../core/invocation-store.ts'
import { keys } from '../../core/keys.ts'
import { TurnQueue } from '../../core/turn-queue.ts'
import { startRedis } from '../fixtures/redis.ts'

const server = await startRedis()
const { redis } = server
const turns = TurnQueue.open(server.url)
const store = new InvocationStore({ redis, turns })
const claims = new ClaimStore({ redis, owner: { nodeId: 'n1', bootId: 'b1' } })
t.teardown(async () => {
  await turns.close()
  await server.stop()
})

const cause = { kind: 'request' } as const

/** The token of the turn that waits in the queue for a function. */
async function tokenOf(functionName: string): Promise<string> {
  return ((await redis.get(keys.turn(functionName))) ?? '').replace(/^w:/, '')
}

async function accept(functionName: string, event = '{}') {
  return store.accept({ functionName, event: Buffer.from(event), cause })
}

t.test(
  'a turn that waits can be given anew at once; one that is held is left to its holder',
  async (t) => {
    await accept('g7')
    const waiting = await tokenOf('g7')
    const given = await claims.hurryTurn('g7')
    t.match(given, { functionName: 'g7', token: String })
    t.not(given?.token, waiting)
    t.equal(given?.delayMs, undefined, 'without a delay')
    t.equal(
      await claims.claim({ functionName: 'g7', token: waiting }, 1),
      undefined,
      'the old is stale',
    )
    const token = given?.token ?? ''
    t.match(await claims.claim({ functionName: 'g7', token }, 0), { claims: [], left: true })
    t.equal(await claims.hurryTurn('g7'), undefined)
    t.equal((await claims.claim({ functionName: 'g7', token }, 1))?.claims.length, 1)
    t.equal(await claims.hurryTurn('g7'), undefined, 'nobody has a turn that is over')
  },
)
