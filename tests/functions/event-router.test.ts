import { readFile } from 'node:fs/promises'
import t from 'tap'
import { loadExample, readObject, samplePath } from '../fixtures/example.ts'
import { startMinio } from '../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
await minio.store.createBucket('routed-events')

const router = await loadExample(t, 'event-router', minio)

async function sample(file: string) {
  return JSON.parse(await readFile(samplePath('event-router', file), 'utf8'))
}

async function route(event: unknown): Promise<string[]> {
  return ((await router.handler(event)) as { written: string[] }).written
}

function folders(keys: string[]): (string | undefined)[] {
  return keys.map((key) => key.split('/')[0])
}

t.test('an event is written to every folder whose route takes it', async (t) => {
  for (const [file, expected] of [
    ['order-placed.json', ['orders', 'alerts']],
    ['payment-failed.json', ['payments', 'alerts']],
  ] as const) {
    const event = await sample(file)
    const written = await route(event)
    t.same(folders(written), expected, file)
    for (const key of written) {
      t.same(JSON.parse((await readObject(minio, `routed-events/${key}`)).toString()), event)
    }
  }
})

t.test('an event that no route takes is not lost', async (t) => {
  const event = { id: '1', source: '/x', type: 'org.example/../other' }
  t.match((await route(event))[0], /^unrouted\/org\.example_\.\._other\/[0-9a-f]{24}\.json$/)
})

t.test('source and id name an event, so one that comes twice is written once', async (t) => {
  const event = await sample('order-placed.json')
  t.same(await route(event), await route({ ...event, time: '2026-11-20T10:00:00Z' }))
  t.notSame(await route(event), await route({ ...event, id: 'another' }))
})

t.test('what is no CloudEvent is refused', async (t) => {
  await t.rejects(router.handler({ type: 'a', source: 'b' }), { message: 'The event has no "id"' })
})
