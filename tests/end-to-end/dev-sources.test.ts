import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { hearthAtTerminal } from '../fixtures/command-line.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

t.setTimeout(240_000)
const platform = await startPlatform()
t.teardown(() => platform.stop())

// What the command line speaks to can go away, and the platform stays.
const sockets = new Set<Socket>()
const door = createServer((socket) => {
  const inside = connect(Number(new URL(platform.url).port), '127.0.0.1')
  for (const one of [socket, inside]) {
    sockets.add(one)
    one.on('error', () => one.destroy())
    one.on('close', () => sockets.delete(one))
  }
  socket.pipe(inside).pipe(socket)
})
await once(door.listen(0, '127.0.0.1'), 'listening')
const { port } = door.address() as AddressInfo
t.teardown(() => door.close())

const root = await temporaryFolder(t)
const project = join(root, 'project')
for (const folder of ['typed', 'plain']) await mkdir(join(project, folder), { recursive: true })
for (const folder of ['bills', 'lib']) await mkdir(join(root, folder))
const typed = { name: 'typed', folder: 'typed', timeoutSeconds: 20 }
const plain = { name: 'plain', folder: 'plain', timeoutSeconds: 20 }
const bills = { name: 'bills', folder: '../bills', timeoutSeconds: 20 }
const declare = async (...functions: object[]) =>
  await writeFile(join(project, 'hearth.json'), JSON.stringify({ functions }))
const answering = (answer: string) => `export const handler = async () => ${answer}`
await declare(typed, bills)
await writeFile(
  join(project, 'typed', 'index.ts'),
  `import { shared } from '../../lib/shared.ts'\n${answering('shared')}`,
)
await writeFile(join(root, 'lib', 'shared.ts'), 'export const shared: = 1')
await writeFile(join(root, 'bills', 'index.mjs'), answering('1'))
await writeFile(join(project, 'plain', 'index.ts'), answering('(console.log("ran"), 1)'))

const environment = { HEARTH_URL: `http://127.0.0.1:${port}`, NO_COLOR: '1' }
const dev = hearthAtTerminal(['dev', project], { environment })
t.teardown(() => dev.child.kill('SIGKILL'))

/** Does something, and waits for what `dev` shows of it. */
async function shows(text: RegExp, change = async () => undefined as unknown): Promise<string> {
  const from = dev.output().length
  await change()
  return await eventually(`dev shows ${text}`, async () => text.exec(dev.output().slice(from))?.[0])
}

async function call(name: string): Promise<unknown> {
  const { body } = await rest(`${platform.url}/functions/${name}/invocations`, { body: {} })
  return body
}

const other = join(root, 'lib', 'other.ts')
const writeOther = (value: string) => async () =>
  await writeFile(other, `export const other = ${value}`)

t.test('a shared source that is broken from the start is mended by a save', async (t) => {
  await shows(/failed typed: .*shared\.ts:1:\d+.*\. Correct it there/)
  await shows(/created typed/, () =>
    writeFile(join(root, 'lib', 'shared.ts'), 'export const shared = "mended"'),
  )
  t.equal(await call('typed'), 'mended')
})

t.test('a source that is missing, goes and comes again is taken up each time', async (t) => {
  await shows(/failed typed: .*Could not resolve "..\/..\/lib\/other"/, () =>
    writeFile(
      join(project, 'typed', 'index.ts'),
      `import { other } from '../../lib/other'\n${answering('other')}`,
    ),
  )
  await shows(/reloaded typed/, writeOther('1'))
  t.equal(await call('typed'), 1)
  await shows(/failed typed/, () => rm(other))
  await shows(/(?:reloaded|unchanged) typed/, writeOther('1'))
  await shows(/reloaded typed/, writeOther('2'))
  t.equal(await call('typed'), 2)
  await shows(/failed typed/, () => rm(join(root, 'lib'), { recursive: true }))
  await shows(/(?:reloaded|unchanged) typed/, async () => {
    await mkdir(join(root, 'lib'))
    await writeOther('2')()
  })
  await shows(/reloaded typed/, writeOther('"again"'))
  t.equal(await call('typed'), 'again')
})

t.test('a folder outside of the project is watched as well', async (t) => {
  await shows(/reloaded bills/, () => writeFile(join(root, 'bills', 'index.mjs'), answering('2')))
  t.equal(await call('bills'), 2)
  await shows(/reloaded bills/, () => declare(typed, { ...bills, memoryMb: 256 }))
})

t.test('a function that is taken out is let alone, until it is there again', async (t) => {
  await shows(/created plain/, () => declare(typed, bills, plain))
  await shows(/plain {2}.*ran/, () => call('plain'))
  await declare(typed, bills)
  const triggers = [{ type: 'schedule', schedule: 'rate(1 day)' }]
  await shows(/bills: Trigger rate\(1 day\) UTC: added/, () =>
    declare(typed, { ...bills, triggers }),
  )
  let from = dev.output().length
  await call('plain')
  await writeFile(join(project, 'plain', 'index.ts'), answering('2'))
  await shows(/reloaded typed/, writeOther('3'))
  t.notMatch(dev.output().slice(from), 'plain')
  from = dev.output().length
  await shows(/updated plain/, () => declare(typed, { ...bills, triggers }, plain))
  t.equal(await call('plain'), 2)
  await shows(/(?:unchanged|reloaded) bills/, () => declare(typed, { ...bills, triggers }))
})

t.test('a save while the platform is away is deployed when it is back', async (t) => {
  door.close()
  for (const socket of sockets) socket.destroy()
  await shows(/failed typed: .*cannot be reached/, writeOther('4'))
  await eventually(
    'it says so without a save',
    async () => /asking again until it is there/.exec(dev.output())?.[0],
  )
  const from = dev.output().length
  await shows(/reloaded typed/, () => once(door.listen(port, '127.0.0.1'), 'listening'))
  t.notMatch(dev.output().slice(from), /failed/, 'and is told once')
  await eventually(
    'that it is there again is told',
    async () => /The platform is there again/.exec(dev.output().slice(from))?.[0],
  )
  t.equal(dev.output().match(/asking again/g)?.length, 1, 'once for all functions')
  t.equal(await call('typed'), 4)
})

t.test('one Ctrl-C ends it, whatever was taken out before', async (t) => {
  dev.type('\x03')
  t.equal(await dev.ended, 0)
})
