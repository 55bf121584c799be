import { writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Client } from '../../cli/client.ts'
import { Reloader } from '../../cli/reloader.ts'
import { readDeclaration } from '../fixtures/declaration.ts'
import { startGateway } from '../fixtures/gateway.ts'
import { eventually } from '../fixtures/rest.ts'

t.test('a save that is told in parts is told of once, and what it says is never old', async (t) => {
  const { app, call } = await startGateway(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const folder = t.testdir({})
  const write = (answer: string) =>
    writeFileSync(join(folder, 'index.mjs'), `export const handler = () => ${answer}`)
  // A trigger that is added is said while the deployment is under way.
  const declaring = async (schedule: string) => {
    const triggers = [{ type: 'schedule', schedule }]
    const fields = { name: 'f', handler: 'index.handler', build: 'zip', triggers }
    await writeFile(join(folder, 'hearth.json'), JSON.stringify(fields))
    return await readDeclaration(folder)
  }
  const told: string[] = []
  let parts = 0
  let duringSecond = () => undefined as unknown
  const reloader = new Reloader(await declaring('rate(1 day)'), {
    client: new Client({ url, apiKey: undefined }),
    after: undefined,
    say: (line) => {
      if (!line.endsWith('added')) return
      parts += 1
      if (parts === 2) duringSecond()
      reloader.changed()
    },
    told: ({ end }) => told.push('deployed' in end ? end.deployed.outcome : String(end.error)),
  })
  t.teardown(() => reloader.end())

  write('1')
  reloader.changed()
  await eventually('it is told', async () => told[0])
  await sleep(500)
  t.equal(parts, 1)
  t.strictSame(told, ['created'], 'not that the second part has changed nothing')

  reloader.changed()
  await eventually('it is told', async () => told[1])
  t.strictSame(told, ['created', 'unchanged'], 'a save of its own is told of')

  write('22')
  duringSecond = () => write('333')
  reloader.declaration = await declaring('rate(2 days)')
  reloader.changed()
  await eventually('both are told', async () => told[3])
  t.strictSame(told.slice(2), ['updated', 'updated'])
  const { codeSize } = (await call('GET /functions/f')).body
  reloader.changed()
  await eventually('it is told', async () => told[4])
  t.equal(told[4], 'unchanged', 'it is served as it is on disk')
  t.equal((await call('GET /functions/f')).body.codeSize, codeSize)
})
