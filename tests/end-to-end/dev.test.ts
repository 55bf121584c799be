import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { hearth, hearthAtTerminal } from '../fixtures/command-line.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const SAVES = 50

t.setTimeout(240_000)
const platform = await startPlatform()
t.teardown(() => platform.stop())
const environment = { HEARTH_URL: platform.url, NO_COLOR: '1' }

const folder = await temporaryFolder(t)
await mkdir(join(folder, 'plain'))
await mkdir(join(folder, 'typed'))
const declared = (name: string, fields = {}) =>
  JSON.stringify({ name, timeoutSeconds: 20, ...fields })
await writeFile(join(folder, 'plain', 'hearth.json'), declared('plain'))
await writeFile(join(folder, 'typed', 'hearth.json'), declared('typed'))
await writeFile(join(folder, 'plain', 'index.mjs'), 'export const handler = async () => 0')
await writeFile(join(folder, 'shared.ts'), 'export const shared: number = 0')
const typed = (answer: string) =>
  `import { shared } from '../shared.ts'\nexport const handler = async (): Promise<unknown> => (console.log('called'), ${answer})`
await writeFile(join(folder, 'typed', 'index.ts'), typed('shared'))

const dev = hearthAtTerminal(['dev', folder], { environment })
t.teardown(() => dev.child.kill('SIGKILL'))

async function shown(text: string | RegExp, from = 0): Promise<string> {
  return await eventually(`dev shows ${text}`, async () => {
    const rest = dev.output().slice(from)
    return typeof text === 'string'
      ? (rest.includes(text) && rest) || undefined
      : text.exec(rest)?.[0]
  })
}

async function call(name: string): Promise<unknown> {
  const { status, body, text } = await rest(`${platform.url}/functions/${name}/invocations`, {
    body: {},
  })
  if (status !== 200) throw new Error(text)
  return body
}

t.test('all functions of the folder are deployed', async (t) => {
  await shown(/created plain in \d+ ms/)
  await shown(/created typed in \d+ ms/)
  t.equal(await call('plain'), 0)
  t.equal(await call('typed'), 0)
})

t.test('of fifty saves, each next call runs the new code', async (t) => {
  const file = join(folder, 'plain', 'index.mjs')
  const times: number[] = []
  for (let save = 1; save <= SAVES; save += 1) {
    const from = dev.output().length
    const text = `export const handler = async () => ${save}`
    // As editors do it, in turns: in place, and by a new file that takes the place of the old one.
    if (save % 2) await writeFile(file, text)
    else {
      await writeFile(`${file}~`, text)
      await rename(`${file}~`, file)
    }
    const line = await shown(/reloaded plain in \d+ ms/, from)
    t.equal(await call('plain'), save)
    times.push(Number(/in (\d+)/.exec(line)?.[1]))
  }
  times.sort((a, b) => a - b)
  t.comment(`save → served: median ${times[SAVES / 2]} ms, slowest ${times.at(-1)} ms`)
})

t.test('a source outside of the folder counts, and a file that nothing imports yet', async (t) => {
  let from = dev.output().length
  await writeFile(join(folder, 'shared.ts'), 'export const shared: number = 17')
  await shown(/reloaded typed in \d+ ms/, from)
  t.equal(await call('typed'), 17)
  from = dev.output().length
  await writeFile(join(folder, 'plain', 'words.mjs'), 'export const words = 1')
  await shown(/reloaded plain/, from)
})

t.test('what does not build is told in one line, and the old code goes on', async (t) => {
  let from = dev.output().length
  await writeFile(join(folder, 'typed', 'index.ts'), typed('('))
  const line = await shown(/failed typed.*/, from)
  t.match(line, /index\.ts:2:\d+: Expected/)
  t.equal(await call('typed'), 17)
  from = dev.output().length
  await writeFile(join(folder, 'plain', 'index.mjs'), 'export const handler = async () => {')
  t.match(await shown(/failed plain.*/, from), /index\.mjs:1:\d+/)
  t.equal(await call('plain'), SAVES)
  from = dev.output().length
  await writeFile(join(folder, 'typed', 'index.ts'), typed('"mended"'))
  await shown(/reloaded typed/, from)
  t.equal(await call('typed'), 'mended')
})

t.test('logs are shown as they come, with the name of their function', async () => {
  await shown(/typed {2}\d\d:\d\d:\d\d\.\d{3} {2}INFO +called/)
})

t.test('hearth.json is read again: limits, triggers, new functions', async (t) => {
  let from = dev.output().length
  const triggers = [{ type: 'schedule', schedule: 'rate(1 day)' }]
  await writeFile(
    join(folder, 'typed', 'hearth.json'),
    declared('typed', { memoryMb: 256, triggers }),
  )
  await shown(/reloaded typed/, from)
  const { body } = await rest(`${platform.url}/functions/typed`)
  t.equal(body.memoryMb, 256)
  const { body: listed } = await rest(`${platform.url}/functions/typed/triggers`)
  t.match(listed, { triggers })
  from = dev.output().length
  await writeFile(join(folder, 'typed', 'hearth.json'), '{')
  await shown(/failed hearth\.json: .*not valid JSON/, from)
  await mkdir(join(folder, 'late'))
  await writeFile(join(folder, 'late', 'index.mjs'), 'export const handler = async () => "late"')
  await writeFile(
    join(folder, 'typed', 'hearth.json'),
    declared('typed', { memoryMb: 256, triggers }),
  )
  await writeFile(join(folder, 'late', 'hearth.json'), declared('late'))
  await shown(/created late in/, from)
  t.equal(await call('late'), 'late')
  await rm(join(folder, 'late'), { recursive: true })
})

t.test('a trailing save during a deployment is not lost', async (t) => {
  const file = join(folder, 'plain', 'index.mjs')
  for (let save = 1; save <= 20; save += 1) {
    await writeFile(file, `export const handler = async () => "burst ${save}"`)
    await new Promise((resolve) => setTimeout(resolve, 15 * (save % 5)))
  }
  t.equal(
    await eventually('the last one is served', async () => {
      // A file that is just being written is empty for a moment, and may be served so.
      const answer = await call('plain').catch(() => undefined)
      return answer === 'burst 20' ? answer : undefined
    }),
    'burst 20',
  )
})

t.test('Ctrl-C ends it cleanly', async (t) => {
  const from = dev.output().length
  dev.type('\x03')
  t.equal(await dev.ended, 0)
  t.notMatch(dev.output().slice(from), /Error|\n {4}at /)
})

t.test('a folder without a function is refused', async (t) => {
  const { code, stderr } = await hearth(['dev', join(folder, 'nobody')], { environment })
  t.equal(code, 1)
  t.match(stderr, /cannot be read/)
})
