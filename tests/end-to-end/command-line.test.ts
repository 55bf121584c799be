import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { SAMPLE_NAMES } from '../../cli/samples.ts'
import { commandLine, hearth, hearthAtTerminal } from '../fixtures/command-line.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually } from '../fixtures/rest.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const run = promisify(execFile)

t.setTimeout(240_000)
const platform = await startPlatform({ RETRY_DELAY_SECONDS: '1' })
t.teardown(() => platform.stop())
const environment = { HEARTH_URL: platform.url }

const { done, json } = commandLine(environment)

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

t.test(
  'what a function answers does not steer the terminal, and is not changed on the way to a file',
  async (t) => {
    const steering = join(folder, 'steering')
    await done(['init', steering])
    const source = `export const handler = async ({ throws }: { throws?: boolean }) => {
    if (throws) throw new Error('\\x1b]0;owned\\x07\\x9b2J')
    return '\\x9b2J'
  }`
    await writeFile(join(steering, 'index.ts'), source)
    await done(['deploy', steering])
    for (const words of [
      ['{}'],
      ['{"throws":true}'],
      ['{}', '--json'],
      ['{"throws":true}', '--json'],
    ]) {
      const shown = hearthAtTerminal(['invoke', 'steering', ...words], { environment })
      t.equal(await shown.ended, words[0] === '{}' ? 0 : 3)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
      t.notMatch(shown.output(), /\x9b|\x1b\]|\x07/, words.join(' '))
      t.match(shown.output(), /9b2J/)
    }
    t.equal(await done(['invoke', 'steering', '--no-log']), '"\x9b2J"\n')
    await done(['rm', 'steering', '--yes'])
  },
)

t.test('a reader who has had enough ends no work', async (t) => {
  const greet = join(folder, 'greet')
  const command = `"${process.execPath}" cli/main.ts deploy --publish "$0" | head -n 1; echo "\${PIPESTATUS[0]}"`
  const options = { env: { ...process.env, ...environment, NODE_OPTIONS: '' } }
  const { stdout } = await run('bash', ['-c', command, greet], options)
  t.match(stdout, /^Packed .*\n0\n$/)
  t.match(await json(['versions', 'greet']), { versions: [{ version: '1' }] })
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

t.test('an event that names a file is no JSON, and the way to read it is told', async (t) => {
  for (const event of ['package.json', '@package.json']) {
    t.match(await hearth(['invoke', 'typed', event], { environment }), {
      code: 2,
      stderr: /is not JSON.*\n.*--file package\.json/,
    })
  }
})

t.test('as JSON, a deployment that fails says what it did before', async (t) => {
  const several = join(folder, 'several')
  await mkdir(several)
  const functions = [{ name: 'whole' }, { name: 'broken', folder: 'nowhere' }]
  await writeFile(join(several, 'hearth.json'), JSON.stringify({ functions }))
  await writeFile(join(several, 'index.mjs'), 'export const handler = async () => 1')
  const { code, stdout, stderr } = await hearth(['deploy', several, '--json'], { environment })
  t.equal(code, 1)
  t.match(JSON.parse(stdout), { functions: [{ name: 'whole', outcome: 'created' }] })
  t.match(JSON.parse(stderr), { error: { message: /nowhere/ } })
  await done(['rm', 'whole', '-y'])
})

t.test('as JSON, each line of dev names its function', async (t) => {
  const ending = hearthAtTerminal(['dev', join(folder, 'greet'), '--json'], { environment })
  const shows = async (text: RegExp) =>
    await eventually(`${text}`, async () => text.test(ending.output()) || undefined)
  await shows(/"outcome"/)
  await eventually('a line', async () => {
    await done(['invoke', 'greet'])
    return /"text":".*Greeting world/.test(ending.output()) || undefined
  })
  const index = join(folder, 'greet', 'index.ts')
  const text = await readFile(index, 'utf8')
  await writeFile(index, `${text}(`)
  await shows(/"error"/)
  await writeFile(index, text)
  ending.type('\x03')
  t.equal(await ending.ended, 0)
  const lines = ending
    .output()
    .replace('^C', '')
    .trim()
    .split(/[\r\n]+/)
  for (const line of lines.map((one) => JSON.parse(one))) {
    t.ok('watching' in line || line.function === 'greet', JSON.stringify(line))
  }
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
  const ended = await eventually('it succeeds', async () => {
    const found = await json(['runs', 'get', id])
    return found.state === 'succeeded' ? found : undefined
  })
  t.match(ended, { functionName: 'greet', result: { message: 'Hello, world!' } })
  t.match(await done(['runs', 'get', id]), /state +succeeded.*attempt 1/s)
  t.match(await done(['runs', 'list', 'greet', '--state', 'succeeded']), id)
  t.match(await hearth(['runs', 'cancel', id], { environment }), {
    code: 1,
    stderr: /succeeded.*\n.*hearth runs get/,
  })

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

t.test('the state of the platform is told, and the console’s address', async (t) => {
  const { stdout } = await hearth(['doctor'], { environment })
  t.match(stdout, /ok +platform .*\n.*clock/)
  t.match(await json(['open']), { url: new RegExp(`^${platform.url}/`) })
  t.match(await hearth(['open', 'nobody'], { environment }), { code: 1 })
})

t.test('usage tells of which time it is, and the sum', async (t) => {
  const { functions, from, to, prices } = await json(['usage', '--since', '1w'])
  t.match({ from, to, prices }, { from: /Z$/, to: /Z$/, prices: { usdPerGbSecond: Number } })
  const output = await done(['usage', '--since', '1w'])
  t.ok(output.startsWith(`${from} to ${to}\nFUNCTION`))
  // Retries of an event above may end between two answers: the sum is that of the same one.
  const calls = [...output.matchAll(/^([a-z]+) +(\d+) /gm)]
  t.strictSame(
    calls.map(([, name]) => name).sort(),
    functions.map(({ functionName }: { functionName: string }) => functionName).sort(),
  )
  const sum = calls.map(([, , count]) => Number(count)).reduce((a, b) => a + b)
  t.match(output, new RegExp(`^TOTAL +${sum} `, 'm'))
  t.match(await done(['usage', 'nobody']), /^Nothing was used from 20/)
})

t.test('what was called or logged is bounded in time', async (t) => {
  const past = ['--until', '2020-01-01']
  t.match(await done(['runs', 'list', ...past]), /No invocation is like that/)
  t.match(await hearth(['logs', 'greet', ...past], { environment }), {
    code: 0,
    stdout: '',
    stderr: /nothing like that/,
  })
  t.match(await hearth(['logs', 'greet', '-f', ...past], { environment }), { code: 2 })
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
  await done(['delete', 'typed', '-y'])
  t.match(await done(['list']), /no function yet/)
})
