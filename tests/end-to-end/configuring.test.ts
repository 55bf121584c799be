import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { commandLine, hearth } from '../fixtures/command-line.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

t.setTimeout(240_000)
const platform = await startPlatform()
t.teardown(() => platform.stop())
const environment = { HEARTH_URL: platform.url }
const { done, json } = commandLine(environment)

const folder = await temporaryFolder(t)
await done(['init', join(folder, 'greet')])
await done(['deploy', join(folder, 'greet')])

t.test('triggers are added and removed, and follow hearth.json', async (t) => {
  t.match(await done(['triggers', 'list', 'greet']), /Nothing calls greet/)
  t.match(
    await done(['triggers', 'add', 'greet', '--schedule', 'rate(1 day)']),
    /rate\(1 day\) UTC: added/,
  )
  await done(['triggers', 'add', 'greet', '--pattern', '{"type":["a"]}'])
  const added = ['triggers', 'add', 'greet', '--bucket', 'inbox', '--suffix', '.txt']
  t.match(await hearth([...added, '--event', 's3:ObjectCreated:Put'], { environment }), {
    code: 0,
    stderr: 'Bucket inbox: created\n',
  })
  const stray = ['triggers', 'add', 'greet', '--schedule', 'rate(1 day)', '--suffix', 'x']
  t.match(await hearth(stray, { environment }), { code: 2, stderr: /--suffix is of another/ })
  const refused = await hearth(['triggers', 'add', 'greet', '--schedule', 'sometimes'], {
    environment,
  })
  t.match(refused, { code: 1, stderr: /schedule/i })
  const { triggers } = await json(['triggers', 'list', 'greet'])
  t.equal(triggers.length, 3)
  const unasked = await hearth(['triggers', 'rm', 'greet', triggers[0].id], { environment })
  t.match(unasked, { code: 2, stderr: /--yes/ })
  t.match(await done(['triggers', 'rm', 'greet', triggers[0].id, '--yes']), /removed/)
  t.match(await done(['triggers', 'greet']), /event +\{"type":\["a"\]\}/)

  const file = join(folder, 'greet', 'hearth.json')
  const declared = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(
    file,
    JSON.stringify({ ...declared, triggers: [{ type: 'schedule', schedule: 'rate(2 days)' }] }),
  )
  const output = await done(['deploy', join(folder, 'greet')])
  t.match(output, /rate\(2 days\) UTC: added/)
  t.equal(output.split(': removed').length, 3)
  t.match(await json(['triggers', 'list', 'greet']), { triggers: [{ schedule: 'rate(2 days)' }] })
})

t.test('environment variables are set one by one', async (t) => {
  t.match(await hearth(['env', 'greet'], { environment }), {
    code: 0,
    stdout: '',
    stderr: /has no/,
  })
  await done(['env', 'set', 'greet', 'AA=1', 'BB=x=y'])
  await done(['env', 'set', 'greet', 'AA=2'])
  t.equal(await done(['env', 'list', 'greet']), 'AA=2\nBB=x=y\n')
  t.match(await hearth(['env', 'rm', 'greet', 'AA'], { environment }), { code: 2, stderr: /--yes/ })
  await done(['env', 'rm', 'greet', 'AA', '-y'])
  t.same(await json(['env', 'list', 'greet']), { environment: { BB: 'x=y' } })
  t.match(await hearth(['env', 'rm', 'greet', 'AA'], { environment }), {
    code: 1,
    stderr: /no variable "AA"/,
  })
  t.match(await hearth(['env', 'set', 'greet', 'AA'], { environment }), {
    code: 2,
    stderr: /NAME=value/,
  })
})

t.test('an earlier version is served again, by an alias or as the current state', async (t) => {
  const index = join(folder, 'greet', 'index.ts')
  const write = (answer: number) => writeFile(index, `export const handler = async () => ${answer}`)
  const call = async (...words: string[]) =>
    JSON.parse(await done(['invoke', 'greet', '--no-log', ...words]))
  const publish = async () =>
    (await json(['deploy', join(folder, 'greet'), '--publish'])).functions[0].version
  await write(1)
  const first = await publish()
  await write(2)
  const second = await publish()
  t.equal(await call(), 2)
  t.match(await done(['rollback', 'greet']), `as version ${first} again`)
  t.equal(await call(), 1)
  await done(['rollback', 'greet', second])
  t.equal(await call(), 2)
  await done(['env', 'set', 'greet', 'LEVEL=debug'])
  t.match(await hearth(['rollback', 'greet'], { environment }), {
    code: 2,
    stderr: /version \d+ again\? No version has its configuration/,
  })
  await done(['rollback', 'greet', '--yes'])
  t.equal(await call(), 1)
  t.match(await hearth(['rollback', 'greet', '--alias', 'x'], { environment }), {
    code: 1,
    stderr: /it has none/,
  })
  await done(['rollback', 'greet', second])
  t.match(await hearth(['rollback', 'greet', 'live'], { environment }), {
    code: 2,
    stderr: /"live" is no version\n.*--alias/,
  })
})

t.test('an alias keeps its description, and says what it sends elsewhere', async (t) => {
  const call = async () => JSON.parse(await done(['invoke', 'greet', '--no-log', '-q', 'live']))
  const { versions } = await json(['versions', 'greet'])
  const [first, second] = versions.slice(-2).map(({ version }: { version: string }) => version)
  t.match(await done(['aliases', 'greet']), /greet has no alias/)
  const set = ['aliases', 'set', 'greet', 'live', second, '-d', 'what is called']
  t.match(
    await done([...set, '--weight', `${first}=12.5%`]),
    `live → ${second}, and 12.5 % to ${first}`,
  )
  t.match(await done(['versions', 'greet']), /live 87\.5 %.*\n.*live 12\.5 %/)
  t.match(await done(['describe', 'greet']), `alias live → ${second}, and 12.5 % to ${first}`)
  const published = await done(['versions', 'publish', 'greet', '--alias', 'live'])
  t.match(published, `live points at it, instead of ${second}, and 12.5 % to ${first}`)
  t.match(await done(['rollback', 'greet', first]), `live serves version ${first} again`)
  t.equal(await call(), 1)
  t.match(await json(['aliases', 'greet']), {
    aliases: [{ name: 'live', description: 'what is called', functionVersion: first, weights: {} }],
  })
  t.match(await hearth(['rollback', 'greet', '--alias', 'x'], { environment }), {
    code: 1,
    stderr: /It has live/,
  })
  t.match(await hearth(['aliases', 'rm', 'greet', 'live'], { environment }), { code: 2 })
  const pointed = await hearth(['versions', 'rm', 'greet', first, '-y'], { environment })
  t.match(pointed, { code: 1, stderr: /live/ }, 'an alias points at it')
  t.match(await done(['aliases', 'rm', 'greet', 'live', '-y']), /live deleted/)
  t.match(await hearth(['versions', 'rm', 'greet', first], { environment }), { code: 2 })
  t.match(await done(['versions', 'rm', 'greet', first, '-y']), `version ${first} deleted`)
  t.notOk(
    (await json(['versions', 'greet'])).versions.some(
      (one: { version: string }) => one.version === first,
    ),
  )
})

t.test('a function is given an address, and it is taken away', async (t) => {
  const missing = await hearth(['url', 'greet'], { environment })
  t.match(missing, { code: 1, stderr: /address/ })
  const { url } = await json(['url', 'create', 'greet', '--mode', 'RESPONSE_STREAM'])
  t.match(await json(['url', 'create', 'greet', '--auth', 'AWS_IAM']), {
    url,
    authType: 'AWS_IAM',
    invokeMode: 'RESPONSE_STREAM',
  })
  t.match(await done(['url', 'greet']), `url   ${url}`)
  t.match(await hearth(['url', 'rm', 'greet'], { environment }), { code: 2, stderr: /--yes/ })
  t.match(await done(['url', 'rm', 'greet', '-y']), /: removed/)
})

t.test('a secret comes from standard input; an argument is warned of', async (t) => {
  t.match(await done(['secrets', 'greet']), /has no secret/)
  const set = ['secrets', 'set', 'greet', 'DB_KEY']
  const argument = await hearth([...set, 's3cret'], { environment })
  t.match(argument, { code: 0, stderr: /is seen by others/ })
  const piped = await hearth(set, { environment, input: 's3cret\n' })
  t.match(piped, { code: 0, stderr: '' })
  t.notMatch(piped.stderr, /seen by others/)
  t.match(await hearth(set, { environment }), { code: 2, stderr: /Standard input had no value/ })
  t.match(await done(['secrets', 'greet']), /^NAME +SET\nDB_KEY /)
  const remove = ['secrets', 'rm', 'greet', 'DB_KEY']
  t.match(await hearth(remove, { environment }), { code: 2, stderr: /--yes/ })
  t.match(await done([...remove, '-y']), /removed/)
})
