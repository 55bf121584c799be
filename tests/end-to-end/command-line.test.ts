import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { SAMPLE_NAMES } from '../../cli/samples.ts'
import { hearth, hearthAtTerminal, type RunOptions } from '../fixtures/command-line.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually } from '../fixtures/rest.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

t.setTimeout(240_000)
const platform = await startPlatform({ RETRY_DELAY_SECONDS: '1' })
t.teardown(() => platform.stop())
const environment = { HEARTH_URL: platform.url }

/** Runs a command that must succeed; resolves with its standard output. */
async function done(words: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await hearth(words, { environment, ...options })
  if (ran.code !== 0) throw new Error(`hearth ${words.join(' ')}: ${ran.code}\n${ran.stderr}`)
  return ran.stdout
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks wherever it likes
async function json(words: readonly string[], options?: RunOptions): Promise<any> {
  return JSON.parse(await done([...words, '--json'], options))
}

const folder = await temporaryFolder(t)

t.test('a function is made from a template, deployed, and deployed again unchanged', async (t) => {
  const greet = join(folder, 'greet')
  t.match(await done(['init', greet, '--template', 'hello']), /hearth dev/)
  const { $schema, name } = JSON.parse(await readFile(join(greet, 'hearth.json'), 'utf8'))
  t.equal(name, 'greet')
  t.equal($schema, undefined, 'nothing of this machine is in it')
  t.match(await hearth(['init', greet], { environment }), { code: 1, stderr: /is not empty/ })
  t.match(await done(['deploy', greet]), /Function greet: created\nTry it:\n/)
  t.match(await json(['deploy', greet]), { functions: [{ name: 'greet', outcome: 'unchanged' }] })
  t.match(await done(['deploy'], { cwd: greet }), /Function greet: unchanged/)
})

t.test('the result goes to standard output, the log to standard error', async (t) => {
  const { code, stdout, stderr } = await hearth(['invoke', 'greet', '{"name":"Ada"}'], {
    environment,
  })
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { message: 'Hello, Ada!' })
  t.match(stderr, /START RequestId.*Greeting Ada.*REPORT/s)
  const piped = await done(['invoke', 'greet', '-', '--no-log'], { input: '{"name":"Bob"}' })
  t.match(JSON.parse(piped), { message: 'Hello, Bob!' })
  const file = join(folder, 'event.json')
  await writeFile(file, '{"name":"Eve"}')
  t.match(await json(['invoke', 'greet', '-f', file]), {
    id: /./,
    result: { message: 'Hello, Eve!' },
    timing: /total;dur=/,
  })
  t.match(JSON.parse(await done(['invoke', 'greet', '--no-log'])), { message: 'Hello, world!' })
  t.match(await hearth(['invoke', 'nobody'], { environment }), {
    code: 1,
    stderr: /nobody.*was not found|nobody/,
  })
})

t.test('TypeScript is bundled, its errors name the source, and the exit code tells', async (t) => {
  const typed = join(folder, 'typed')
  await done(['init', typed])
  const lines = [
    "import { words } from './words.ts'",
    'interface Event { fail?: boolean; Records?: unknown[] }',
    'export const handler = async (event: Event) => {',
    '  if (event.fail) throw new RangeError(words)',
    '  return event',
    '}',
  ]
  await writeFile(join(typed, 'index.ts'), lines.join('\n'))
  await writeFile(join(typed, 'words.ts'), "export const words: string = 'too far'")
  await done(['deploy', typed])
  const failed = await hearth(['invoke', 'typed', '{"fail":true}', '--no-log'], { environment })
  t.equal(failed.code, 3)
  t.match(failed.stderr, /^typed failed: RangeError: too far\n.*hearth runs get/)
  t.match(JSON.parse(failed.stdout), { errorType: 'RangeError', trace: [/./, /index\.ts:4:/] })
  for (const sample of SAMPLE_NAMES) {
    const event = JSON.parse(await done(['invoke', 'typed', '--sample', sample, '--no-log']))
    t.ok(Object.keys(event).length > 0, sample)
  }
  t.match(JSON.parse(await done(['invoke', 'typed', '-s', 's3-put', '--no-log'])), {
    Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'coffee.jpg' } } }],
  })
  t.match(JSON.parse(await done(['invoke', 'typed', '-s', 'api-gateway-v2', '--no-log'])), {
    requestContext: { time: /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/ },
  })
})

t.test('functions are listed and described', async (t) => {
  t.match(await done(['list']), /^NAME .*\ngreet .*\ntyped /)
  t.match(await json(['ls']), { functions: [{ name: 'greet' }, { name: 'typed' }] })
  t.match(await done(['describe', 'greet']), /^name +greet\n.*memory +128 MB/s)
  t.match(await hearth(['describe', 'nobody'], { environment }), { code: 1, stderr: /nobody/ })
})

t.test('a queued invocation is looked up, and a dead letter taken up again', async (t) => {
  const { id } = await json(['invoke', 'greet', '{}', '--async', '--idempotency-key', 'a'])
  t.equal((await done(['invoke', 'greet', '{}', '--async', '--idempotency-key', 'a'])).trim(), id)
  const run = await eventually('it succeeds', async () => {
    const found = await json(['runs', 'get', id])
    return found.state === 'succeeded' ? found : undefined
  })
  t.match(run, { functionName: 'greet', result: { message: 'Hello, world!' } })
  t.match(await done(['runs', 'get', id]), /state +succeeded.*attempt 1/s)
  t.match(await done(['runs', 'list', 'greet', '--state', 'succeeded']), id)
  t.match(await hearth(['runs', 'cancel', id], { environment }), { code: 1, stderr: /succeeded/ })

  await done(['invoke', 'typed', '{"fail":true}', '--async'])
  const letter = await eventually('it is a dead letter', async () => {
    const { invocations } = await json(['dead-letters', 'list', 'typed'])
    return invocations[0]
  })
  t.match(await done(['dlq', 'list', 'typed']), /RangeError: too far/)
  t.match(await done(['dead-letters', 'show', 'typed', letter.id]), /event \{"fail":true\}/)
  t.match(await done(['dead-letters', 'redrive', 'typed', letter.id]), /taken up again as /)
  t.match(await done(['dead-letters', 'redrive', 'typed']), /\d+ taken up again, 0 left/)
  const unasked = await hearth(['dead-letters', 'purge', 'typed'], { environment })
  t.match(unasked, { code: 2, stderr: /not confirmed.*--yes/s })
  t.match(await done(['dead-letters', 'purge', 'typed', '--yes']), /\d+ forgotten/)
})

t.test('logs are shown, and followed until Ctrl-C', async (t) => {
  t.match(await done(['logs', 'greet', '-n', '5']), /Greeting/)
  t.match(await json(['logs', 'greet']), { lines: [{ time: /./, text: /./ }] })
  const following = hearthAtTerminal(['logs', 'greet', '-f'], { environment })
  await eventually(
    'what was there is shown',
    async () => following.output().includes('Eve') || undefined,
  )
  await done(['invoke', 'greet', '{"name":"Zoe"}'])
  await eventually(
    'a new line',
    async () => following.output().includes('Greeting Zoe') || undefined,
  )
  await done(['invoke', 'greet', JSON.stringify({ name: '\x1b[2J\x07bell' })])
  await eventually('a line', async () => following.output().includes('bell') || undefined)
  t.ok(following.output().includes('\\x1b[2J\\x07bell'), 'a function cannot steer the terminal')
  t.equal(following.output().split('Greeting Zoe').length, 2, 'each line once')
  following.type('\x03')
  t.equal(await following.ended, 0)
})

t.test('triggers are added and removed, and follow hearth.json', async (t) => {
  t.match(await done(['triggers', 'list', 'greet']), /Nothing calls greet/)
  t.match(
    await done(['triggers', 'add', 'greet', '--schedule', 'rate(1 day)']),
    /rate\(1 day\) UTC: added/,
  )
  await done(['triggers', 'add', 'greet', '--pattern', '{"type":["a"]}'])
  await done([
    'triggers',
    'add',
    'greet',
    '--bucket',
    'inbox',
    '--suffix',
    '.txt',
    '--event',
    's3:ObjectCreated:Put',
  ])
  const stray = ['triggers', 'add', 'greet', '--schedule', 'rate(1 day)', '--suffix', 'x']
  t.match(await hearth(stray, { environment }), { code: 2, stderr: /--suffix is of another/ })
  const refused = await hearth(['triggers', 'add', 'greet', '--schedule', 'sometimes'], {
    environment,
  })
  t.match(refused, { code: 1, stderr: /schedule/i })
  const { triggers } = await json(['triggers', 'list', 'greet'])
  t.equal(triggers.length, 3)
  t.match(await done(['triggers', 'rm', 'greet', triggers[0].id]), /removed/)

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
  await done(['env', 'set', 'greet', 'AA=1', 'BB=x=y'])
  await done(['env', 'set', 'greet', 'AA=2'])
  t.equal(await done(['env', 'list', 'greet']), 'AA=2\nBB=x=y\n')
  await done(['env', 'rm', 'greet', 'AA'])
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
  await write(1)
  t.match(await done(['deploy', join(folder, 'greet'), '--publish']), /greet: version 1/)
  await write(2)
  t.match(await json(['deploy', join(folder, 'greet'), '--publish']), {
    functions: [{ version: '2' }],
  })
  t.equal(await call(), 2)
  t.match(await done(['rollback', 'greet']), /as version 1 again/)
  t.equal(await call(), 1)
  t.match(await hearth(['rollback', 'greet'], { environment }), {
    code: 1,
    stderr: /no version before 1/,
  })
  await done(['rollback', 'greet', '2'])
  t.equal(await call(), 2)

  t.match(await done(['versions', 'publish', 'greet', '--alias', 'live']), /live points at it/)
  const newest = (await json(['versions', 'list', 'greet'])).versions.at(-1).version
  t.match(await done(['versions', 'greet']), new RegExp(`^VERSION.*\\n${newest} +live `))
  t.match(await done(['rollback', 'greet', '1']), /live serves version 1 again/)
  t.equal(await call('-q', 'live'), 1)
  t.match(await hearth(['rollback', 'greet', '--alias', 'x'], { environment }), {
    code: 1,
    stderr: /It has live/,
  })
})

t.test('the state of the platform is told, and the console’s address', async (t) => {
  const { stdout } = await hearth(['doctor'], { environment })
  t.match(stdout, /ok +platform .*\n.*clock/)
  t.match(await json(['open']), { url: new RegExp(`^${platform.url}/`) })
  t.match(await hearth(['open', 'nobody'], { environment }), { code: 1 })
})

t.test('what a platform does not offer is said so, and what it offers is shown', async (t) => {
  const commands = [
    ['usage'],
    ['usage', 'greet', '--since', '1h'],
    ['secrets', 'list', 'greet'],
    ['runs', 'list', '--type', 'Event', '--since', '1h'],
  ]
  for (const words of commands) {
    const { code, stderr } = await hearth(words, { environment })
    if (code !== 0) t.match(stderr, /does not offer \w+ \/\w+.*\n.*update it/, words.join(' '))
  }
  const { code, stderr } = await hearth(['secrets', 'set', 'greet', 'DB_KEY', 's3cret'], {
    environment,
  })
  t.match(stderr, /is seen by others/)
  t.ok(code === 0 || /does not offer PUT/.test(stderr), stderr)
  const piped = await hearth(['secrets', 'set', 'greet', 'DB_KEY'], {
    environment,
    input: 's3cret\n',
  })
  t.notMatch(piped.stderr, /seen by others/)
  t.ok(piped.code === 0 || /does not offer PUT/.test(piped.stderr), piped.stderr)
  t.match(await hearth(['secrets', 'set', 'greet', 'DB_KEY'], { environment }), {
    code: 2,
    stderr: /Standard input had no value/,
  })
})

t.test('completion knows the functions', async (t) => {
  t.equal(await done(['complete', '--', 'invoke', 'g']), 'greet\n')
})

t.test('what deletes asks at a terminal, and wants --yes elsewhere', async (t) => {
  t.match(await hearth(['rm', 'greet'], { environment }), { code: 2, stderr: /--yes/ })
  const asked = hearthAtTerminal(['rm', 'greet'], { environment })
  await eventually('it asks', async () => asked.output().includes('Delete greet') || undefined)
  asked.type('n')
  t.equal(await asked.ended, 1)
  const again = hearthAtTerminal(['rm', 'greet'], { environment })
  await eventually('it asks', async () => again.output().includes('Delete greet') || undefined)
  again.type('y')
  t.equal(await again.ended, 0)
  await done(['rm', 'typed', '-y'])
  t.match(await done(['list']), /no function yet/)
})
