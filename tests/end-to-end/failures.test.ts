import t from 'tap'
import { acquired, functionsOf, told } from '../fixtures/deployed-functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { eventually, rest } from '../fixtures/rest.ts'

await needsEngine(t)

t.setTimeout(240_000)
const platform = await startPlatform({ POOL_GENERIC: '3' })
t.teardown(() => platform.stop())

const { deploy, call, logOf } = functionsOf(platform)

/**
 * One way to fail: what the handler does with an event that is not "well", and the type and message
 * that the caller gets. Afterwards "well" is served again: in the same sandbox where that is clean,
 * in another where it is not.
 */
interface Way {
  how: string
  does: string
  answer: RegExp
  left: 'clean' | 'replaced'
  configuration?: { memoryMb?: number; timeoutSeconds?: number }
}

const FOREVER = 'await new Promise(() => setInterval(() => {}, 1000))'
const BOMB = `spawn('sh', ['-c', 'f() { f | f & }; f'], { stdio: 'ignore' }); ${FOREVER}`
const SHORT = { configuration: { timeoutSeconds: 1 } }
const TIMED_OUT = /^Sandbox\.Timedout: .*Task timed out after 1\.00 seconds$/
const KILLED = /^Runtime\.ExitError: .*Runtime exited with error: signal: killed$/
const OUT_OF_MEMORY = /^Runtime\.OutOfMemory: .*Runtime exited with error: signal: killed$/
const clean = { left: 'clean' } as const
const replaced = { left: 'replaced' } as const

const WAYS: Way[] = [
  { how: 'throws', does: 'throw new TypeError("no")', answer: /^TypeError: no$/, ...clean },
  {
    how: 'rejects',
    does: 'return Promise.reject(new RangeError("far"))',
    answer: /^RangeError: far$/,
    ...clean,
  },
  { how: 'throws what is no error', does: 'throw "words"', answer: /^string: words$/, ...clean },
  { how: 'never settles, and goes on', does: FOREVER, answer: TIMED_OUT, ...SHORT, ...replaced },
  {
    how: 'never settles, and has nothing to do',
    does: 'await new Promise(() => {})',
    answer: TIMED_OUT,
    ...SHORT,
    ...replaced,
  },
  { how: 'keeps its thread', does: 'for (;;);', answer: TIMED_OUT, ...SHORT, ...replaced },
  {
    how: 'exits with 0',
    does: 'process.exit(0)',
    answer: /^Runtime\.ExitError: .*Runtime exited without providing a reason$/,
    ...replaced,
  },
  {
    how: 'exits with 1',
    does: 'process.exit(1)',
    answer: /^Runtime\.ExitError: .*Runtime exited with error: exit status 1$/,
    ...replaced,
  },
  {
    how: 'kills itself',
    does: `process.kill(process.pid, 'SIGKILL'); ${FOREVER}`,
    answer: KILLED,
    ...replaced,
  },
  {
    how: 'kills all that a child of it sees',
    does: `spawn('sh', ['-c', 'kill -9 -1']); ${FOREVER}`,
    answer: KILLED,
    ...replaced,
  },
  {
    how: 'throws where nobody catches',
    does: `setTimeout(() => { throw new EvalError('later') }); ${FOREVER}`,
    answer: /^EvalError: later$/,
    ...replaced,
  },
  {
    how: 'leaves a rejection to nobody',
    does: `Promise.reject(new Error('lost')); ${FOREVER}`,
    answer: /^Runtime\.UnhandledPromiseRejection: Error: lost$/,
    ...replaced,
  },
  {
    how: 'needs more memory than it may have',
    does: 'for (;;) held.push(Buffer.alloc(8e6, 1))',
    answer: OUT_OF_MEMORY,
    ...replaced,
  },
  {
    how: "fills V8's own heap",
    does: 'for (;;) held.push(new Array(1e6).fill(1.5))',
    answer: OUT_OF_MEMORY,
    configuration: { memoryMb: 1280 },
    ...replaced,
  },
  {
    how: 'writes more to /tmp than its memory',
    does: `for (;;) appendFileSync('/tmp/full', Buffer.alloc(8e6))`,
    answer: OUT_OF_MEMORY,
    ...replaced,
  },
  {
    how: 'fills /tmp',
    does: `for (;;) appendFileSync('/tmp/full', Buffer.alloc(16e6))`,
    answer: /^Error: ENOSPC: no space left on device/,
    configuration: { memoryMb: 1024 },
    ...clean,
  },
  {
    how: 'is a fork bomb',
    does: BOMB,
    answer: TIMED_OUT,
    ...SHORT,
    ...replaced,
  },
  {
    how: 'answers a cycle',
    does: 'const answer = {}; answer.answer = answer; return answer',
    answer: /^Runtime\.MarshalError: Unable to marshal response: Converting circular structure/,
    ...clean,
  },
  {
    how: 'answers a BigInt',
    does: 'return { count: 1n }',
    answer: /^Runtime\.MarshalError: Unable to marshal response: Do not know .* a BigInt$/,
    ...clean,
  },
  {
    how: 'answers what cannot be read',
    does: 'return { get broken() { throw new Error("unreadable") } }',
    answer: /^Runtime\.MarshalError: Unable to marshal response: unreadable$/,
    ...clean,
  },
  {
    how: 'answers a stream of Node',
    does: `return createReadStream('/var/task/index.mjs')`,
    answer: /^Runtime\.InvalidResult: The handler returned a stream/,
    ...clean,
  },
  {
    how: 'answers a stream of the web',
    does: `return new Blob(['text']).stream()`,
    answer: /^Runtime\.InvalidResult: The handler returned a stream/,
    ...clean,
  },
  {
    how: 'answers more than 6 MB',
    does: `return 'x'.repeat(6 * 1024 * 1024 + 101)`,
    answer: /^Function\.ResponseSizeTooLarge: .* maximum allowed payload size \(6291556 bytes\)\.$/,
    ...clean,
  },
  {
    how: 'writes noise to every socket that it finds',
    does: `for (const fd of readdirSync('/proc/self/fd')) {
      try { if (readlinkSync('/proc/self/fd/' + fd).startsWith('socket:')) writeSync(Number(fd), Buffer.alloc(64, 255)) }
      catch {}
    }
    ${FOREVER}`,
    answer: /^Sandbox\.Failure: .*Sandbox broke the protocol and was removed$/,
    ...replaced,
  },
]

for (const { how, does, answer, left, configuration } of WAYS) {
  t.test(`a handler that ${how}: the caller is told so, and the function goes on`, async (t) => {
    const name = await deploy(
      `import { spawn } from 'node:child_process'
       import { appendFileSync, createReadStream, readdirSync, readlinkSync, writeSync } from 'node:fs'
       const held = []
       export const handler = async (event) => {
         if (event === 'well') return 'well'
         ${does}
       }`,
      configuration,
    )
    t.equal((await call(name, 'well')).text, '"well"')
    const failed = await call(name)
    const late = answer === TIMED_OUT
    t.equal(failed.status, late ? 504 : 502)
    t.match(told(failed), answer)
    const code = late ? 'FunctionTimedOut' : 'FunctionFailed'
    t.match(failed.body?.error, { code, remedy: String, requestId: String })
    const report = (await logOf(name, failed)).at(-1)
    t.match(
      report,
      late ? /^REPORT .*\tStatus: timeout$/ : /^REPORT .*\tStatus: error\tError Type: /,
    )
    const after = await call(name, 'well')
    t.equal(after.text, '"well"')
    t.equal(acquired(after) === 'warm', left === 'clean', `its sandbox is ${left}`)
  })
}

t.test('an error after the answer costs the sandbox, and not the answer', async (t) => {
  const name = await deploy(
    `export const handler = async () => {
       setTimeout(() => { throw new Error('too late') }, 20)
       return 'answered'
     }`,
  )
  t.equal((await call(name)).text, '"answered"')
  await eventually('the log tells of it', async () => {
    const { text } = await rest(`${platform.url}/functions/${name}/logs`)
    return text.includes('too late') ? true : undefined
  })
  const next = await call(name)
  t.equal(next.text, '"answered"')
  t.not(acquired(next), 'warm')
})

t.test('a flood of output is cut, says so, and leaves the next log alone', async (t) => {
  const name = await deploy(
    `export const handler = async (megabytes) => {
       const text = 'y'.repeat(8191) + '\\n'
       for (let i = 0; i < megabytes * 128; i += 1) process.stdout.write(text)
       console.log(megabytes ? 'LAST' : 'small')
       return 'done'
     }`,
  )
  const flood = await call(name, 5)
  t.equal(flood.text, '"done"')
  const lines = await logOf(name, flood)
  t.ok(lines.join('\n').length < 1.2 * 1024 * 1024, 'a megabyte, and a little')
  t.equal(lines.filter((line) => /the log of this invocation was cut/.test(line)).length, 1)
  t.notOk(lines.some((line) => line.includes('LAST')))
  const next = await call(name, 0)
  t.equal(acquired(next), 'warm')
  const [start, small, end, report, ...more] = await logOf(name, next)
  t.match([start, small, end, report], [/^START/, /small$/, /^END/, /^REPORT/])
  t.same(more, [])
})

t.test('while a fork bomb goes off, other functions are served', async (t) => {
  const bomb = await deploy(
    `import { spawn } from 'node:child_process'
     export const handler = async () => { ${BOMB} }`,
    { timeoutSeconds: 1 },
  )
  const calm = await deploy('export const handler = async (n) => n')
  const going = call(bomb)
  for (let n = 0; n < 5; n += 1) t.equal((await call(calm, n)).text, String(n))
  t.equal((await going).status, 504)
})
