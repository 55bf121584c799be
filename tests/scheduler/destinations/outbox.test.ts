import t from 'tap'
import { DeliveryStore, type Message } from '../../../core/invocations/delivery-store.ts'
import { keys } from '../../../core/keys.ts'
import { createLogger } from '../../../core/logs/logger.ts'
import { Outbox } from '../../../scheduler/destinations/outbox.ts'
import { Undeliverable } from '../../../scheduler/destinations/undeliverable.ts'
import { startRecords } from '../../fixtures/records.ts'
import { eventually } from '../../fixtures/rest.ts'

const { server, redis, store, ended } = await startRecords(t)
const deliveries = new DeliveryStore({ redis })
const log = createLogger({ LOG_LEVEL: 'silent' })

async function reported(functionName: string): Promise<string> {
  await redis.hset(keys.onSuccess, functionName, '{"type":"event"}')
  return ended(functionName)
}

function start(deliver: (message: Message) => Promise<void>, ageMsMax = 60_000) {
  return new Outbox({ deliveries, deliver, ageMsMax, log })
}

async function stateOf(id: string, wanted: string) {
  return eventually(`delivery of ${id} is ${wanted}`, async () => {
    const { delivery } = await store.read(id)
    return delivery?.state === wanted ? delivery : undefined
  })
}

/** As if its delay were over. */
async function makeDue(functionName: string, id: string) {
  await redis.zadd(keys.outboxOf(functionName), 'XX', 1, id)
  await redis.zadd(keys.outbox, 'XX', 1, functionName)
}

t.test('a message is offered until it is taken, always with the same id', async (t) => {
  const id = await reported('r')
  const seen: string[] = []
  const outbox = start(async ({ invocationId, fence }) => {
    seen.push(invocationId)
    if (fence < 3) throw new Error(`no ${fence}`)
  })
  for (const error of ['no 1', 'no 2']) {
    await eventually(
      error,
      async () => (await store.read(id)).delivery?.error === error || undefined,
    )
    await makeDue('r', id)
  }
  t.match(await stateOf(id, 'delivered'), { attempts: 3 })
  t.same(seen, [id, id, id])
  await outbox.close(1000)
})

t.test('what can never be taken, or is too old, is given up and told', async (t) => {
  const hopeless = await reported('h')
  const outbox = start(async () => {
    throw new Undeliverable('too large')
  })
  t.match(await stateOf(hopeless, 'dead'), { attempts: 1, error: 'too large' })
  await outbox.close(1000)
  const old = await reported('h')
  const impatient = start(async () => {
    throw new Error('down')
  }, 500)
  t.match(await stateOf(old, 'dead'), { attempts: 1, error: 'down' })
  await impatient.close(1000)
})

t.test('receivers that hang hold up no other', async (t) => {
  const hanging = new Set<string>()
  const release = Promise.withResolvers<void>()
  for (let i = 0; i < 10; i += 1) await reported('hangs')
  const outbox = start(async ({ functionName, invocationId }) => {
    if (functionName !== 'hangs') return
    hanging.add(invocationId)
    await release.promise
  })
  await eventually('some hang', async () => hanging.size >= 4 || undefined)
  for (let i = 0; i < 20; i += 1) {
    const id = await reported('quick')
    outbox.notice()
    await stateOf(id, 'delivered')
  }
  t.equal(hanging.size, 4, 'no more than its share')
  release.resolve()
  await eventually('all are delivered', async () =>
    (await redis.exists(keys.outbox)) === 0 ? true : undefined,
  )
  t.equal(hanging.size, 10)
  await outbox.close(1000)
})

t.test('what a killed process had comes back when its lease ends', async (t) => {
  const id = await reported('k')
  const never = start(() => new Promise(() => undefined))
  await eventually('it is under way', async () =>
    (await store.read(id)).delivery?.attempts === 1 ? true : undefined,
  )
  await never.close(0)
  const other = start(async () => undefined)
  await makeDue('k', id)
  t.match(await stateOf(id, 'delivered'), { attempts: 2 })
  await other.close(1000)
})

t.test('Redis goes and comes back: nothing is lost', async (t) => {
  const id = await reported('away')
  const arrived = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  let attempts = 0
  const outbox = start(async () => {
    attempts += 1
    arrived.resolve()
    if (attempts === 1) await held.promise
  })
  await arrived.promise
  await server.kill()
  held.resolve()
  await server.start()
  await eventually('Redis is back', async () => redis.ping().catch(() => undefined))
  t.match(await store.read(id), { delivery: { state: 'waiting' } }, 'its end was not recorded')
  await makeDue('away', id)
  await stateOf(id, 'delivered')
  t.equal(attempts, 2)
  await outbox.close(1000)
})
