import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import type { Command } from 'commander'
import t from 'tap'
import { buildProgram } from '../../cli/program.ts'
import { startAnswering } from '../fixtures/answering.ts'
import { hearth, hearthAtTerminal } from '../fixtures/command-line.ts'

const run = promisify(execFile)

/** All commands with what stands before them: "runs list". */
function commandsOf(command: Command, before: string[] = []): string[][] {
  const words = before.length > 0 || command.parent ? [...before, command.name()] : []
  const own = command.parent ? words : []
  return [own, ...command.commands.flatMap((one) => commandsOf(one, own))]
}

t.test('every command has a help that says what it does', async (t) => {
  const all = commandsOf(buildProgram()).filter((words) => words.at(0) !== 'complete')
  t.ok(all.length >= 35, `${all.length} commands`)
  for (const words of all) {
    const { code, stdout } = await hearth([...words, '--help'])
    t.equal(code, 0, words.join(' '))
    t.match(stdout, `Usage: hearth${words.length > 0 ? ` ${words[0]}` : ''}`)
  }
})

t.test('what cannot be understood ends with 2, and says where to look', async (t) => {
  const usage = { code: 2, stdout: '' }
  t.match(await hearth(['lst']), { ...usage, stderr: /unknown command 'lst'.*list/s })
  t.match(await hearth(['invoke']), { ...usage, stderr: /missing required argument 'function'/ })
  t.match(await hearth(['list', '--all']), { ...usage, stderr: /unknown option '--all'/ })
  t.match(await hearth(['logs', 'a', '-n', '0']), { ...usage, stderr: /whole number from 1/ })
  for (const time of ['x', '5', '2026', '2026-13-01']) {
    t.match(await hearth(['logs', 'a', '--since', time]), { ...usage, stderr: /time like 15m/ })
  }
  t.match(await hearth(['logs', 'a', '-l', 'loud']), { ...usage, stderr: /trace, debug, info/ })
  t.match(await hearth(['runs', 'list', '--state', 'x']), { ...usage, stderr: /queued, running/ })
  t.match(await hearth(['aliases', 'set', 'a', 'b', '1', '--weight', '3=2']), {
    ...usage,
    stderr: /3=10%/,
  })
  t.match(await hearth(['runs']), { ...usage, stderr: /Usage: hearth runs/ })
  t.match(await hearth(['invoke', 'a', '{']), { ...usage, stderr: /not JSON.*Quote it/s })
  t.match(await hearth(['invoke', 'a', '1', '-s', 'sqs']), { ...usage, stderr: /given twice/ })
  t.match(await hearth(['invoke', 'a', '-f', 'none']), { ...usage, stderr: /cannot be read/ })
  t.match(await hearth(['triggers', 'add', 'a']), { ...usage, stderr: /--schedule, --bucket/ })
  t.match(await hearth(['init', 'x/a.b']), { ...usage, stderr: /no name of a function/ })
  t.match(await hearth(['init', 'x', '-t', 'none']), { ...usage, stderr: /There are .*hello/ })
  t.match(await hearth(['completion', 'tcsh']), { ...usage, stderr: /bash, zsh, fish/ })
})

t.test('with --json what was not understood is JSON as well', async (t) => {
  for (const words of [['lst'], ['list', '--all'], ['invoke'], ['runs'], ['invoke', 'a', '{']]) {
    const { code, stdout, stderr } = await hearth([...words, '--json'])
    t.equal(code, 2, words.join(' '))
    t.equal(stdout, '')
    t.match(JSON.parse(stderr), { error: { message: /./, remedy: /./ } })
  }
})

t.test('without a platform every command says where it looked and what to do', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  const environment = { HEARTH_URL: `http://127.0.0.1:${port}` }
  const words = [
    ['list'],
    ['invoke', 'a'],
    ['deploy', 'functions/hello'],
    ['doctor'],
    ['dev', 'functions/hello'],
    ['logs', 'a', '-f'],
  ]
  for (const command of words) {
    const { code, stderr } = await hearth(command, { environment })
    t.equal(code, 4, command.join(' '))
    t.match(stderr, /cannot be reached: connect ECONNREFUSED.*\nStart it with "npm start"/)
    t.notMatch(stderr, /\n {4}at /, 'no stack')
  }
  const { stderr } = await hearth(['list', '--json'], { environment })
  t.match(JSON.parse(stderr), { error: { message: /ECONNREFUSED/, remedy: /npm start/ } })
})

t.test('it is coloured at a terminal, unless NO_COLOR is set', async (t) => {
  const environment = { HEARTH_URL: 'http://127.0.0.1:1' }
  const coloured = hearthAtTerminal(['list'], { environment })
  t.equal(await coloured.ended, 4)
  t.ok(coloured.output().includes('\x1b[31m'))
  const plain = hearthAtTerminal(['list'], { environment: { ...environment, NO_COLOR: '1' } })
  await plain.ended
  t.notOk(plain.output().includes('\x1b['))
  t.notOk(
    (await hearth(['list'], { environment })).stderr.includes('\x1b['),
    'nor where there is none',
  )
})

t.test('shells take what completion prints, and ask it for words', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    t.match(await hearth(['completion', shell]), { code: 0, stdout: /hearth complete/ })
  }
  const { stdout } = await hearth(['completion', 'bash'])
  await run('bash', ['-n', '-c', stdout])
  const words = async (...typed: string[]) =>
    (await hearth(['complete', '--', ...typed])).stdout.trim().split('\n')
  t.same(await words('runs', ''), ['list', 'get', 'cancel', 'retry'])
  t.same(await words('de'), ['dev', 'deploy', 'describe', 'dead-letters'].sort(byTree))
  t.same(await words('invoke', 'a', '--as'), ['--async'])
  t.same(await words('invoke', 'a', '--sample', 's3'), ['s3-put', 's3-delete'])
  t.same(await words('completion', ''), ['bash', 'zsh', 'fish'])
  t.same(await words('--url', 'http://127.0.0.1:1', 'runs', 'c'), ['cancel'])
})

t.test('completion offers names of functions alone, and waits for none', async (t) => {
  let waits = false
  const url = await startAnswering(t, (_request, response) => {
    response.setHeader('content-type', 'application/json')
    const functions = [{ name: 'greet' }, { name: '$(touch owned)' }, { name: 'g`id`' }]
    if (waits) response.write('{')
    else response.end(JSON.stringify({ functions }))
  })
  const complete = ['complete', '--', 'invoke', '']
  t.match(await hearth(complete, { environment: { HEARTH_URL: url } }), {
    code: 0,
    stdout: 'greet\n',
  })
  waits = true
  // A platform that hangs: else it would be killed after a minute, with no code.
  t.match(await hearth(complete, { environment: { HEARTH_URL: url } }), { code: 0, stdout: '' })
})

/** In the order of the help. */
function byTree(a: string, b: string): number {
  const order = buildProgram().commands.map((command) => command.name())
  return order.indexOf(a) - order.indexOf(b)
}

t.test('a reader who has had enough is no failure', async (t) => {
  const command = `"${process.execPath}" cli/main.ts --help | head -n 1`
  const { stdout, stderr } = await run('bash', ['-o', 'pipefail', '-c', command], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  t.match(stdout, /^Usage: hearth/)
  t.equal(stderr, '')
})
