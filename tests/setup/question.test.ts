import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { eventually } from '../fixtures/rest.ts'

const SETUP = join(import.meta.dirname, '..', '..', 'setup')
/** A part is busy and another one found while the question stands. */
const PROGRAM = `
  const { Report } = await import('${join(SETUP, 'report.ts')}')
  const { agreed } = await import('${join(SETUP, 'question.ts')}')
  const report = new Report((line) => console.log(line))
  const asked = report.asking(() => agreed('redis: install redis-tools with apt-get?'))
  report.found('engine', 'Docker')
  console.log('answered', await asked)`

/** Runs it at a terminal of its own. */
function atTerminal(t: Test) {
  const command = `"${process.execPath}" --input-type=module -e "$PROGRAM"`
  const child: ChildProcess = spawn(
    'env',
    ['-u', 'NODE_OPTIONS', 'script', '-qefc', command, '/dev/null'],
    { env: { ...process.env, PROGRAM, TERM: 'xterm' }, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout?.on('data', (bytes: Buffer) => {
    output += bytes.toString()
  })
  const shows = async (text: RegExp) => {
    await eventually(`${text}`, async () => text.exec(output)?.[0])
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { shows, ended, output: () => output, type: (text: string) => child.stdin?.write(text) }
}

const QUESTION = /redis: install redis-tools with apt-get\? \[Y\/n\] [^a-z]*$/

t.test('a question is the last thing on the screen until it is answered', async (t) => {
  const terminal = atTerminal(t)
  await terminal.shows(QUESTION)
  terminal.type('\r')
  await terminal.shows(/answered true/)
  t.match(terminal.output(), /\[Y\/n\].*found +engine +Docker.*answered true/s)
  t.equal(await terminal.ended, 0)
})

t.test('no, the end of the input and Ctrl-C are no consent', async (t) => {
  for (const typed of ['no\r', '\x04']) {
    const terminal = atTerminal(t)
    await terminal.shows(QUESTION)
    terminal.type(typed)
    await terminal.shows(/answered false/)
    t.equal(await terminal.ended, 0)
  }
  const terminal = atTerminal(t)
  await terminal.shows(QUESTION)
  terminal.type('\x03')
  t.not(await terminal.ended, 0)
  t.notMatch(terminal.output(), /answered/)
})
