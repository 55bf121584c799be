import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { needsEngine, startPool } from '../../fixtures/pool.ts'

await needsEngine(t)

const rig = await startPool({ generic: 3, maxSandboxes: 12 })
t.teardown(() => rig.close())

async function failure(
  source: string,
  configuration: Parameters<typeof rig.deploy>[1] = {},
): Promise<{ errorType: string | undefined; errorMessage: string; id: string; timedOut: boolean }> {
  const fn = await rig.deploy(source, { timeoutSeconds: 20, ...configuration })
  const { id, answer } = await rig.call(fn)
  const { errorType, errorMessage = '' } = answer.functionError ?? {}
  const text = errorMessage.replace(id, '<id>')
  return { errorType, errorMessage: text, id, timedOut: answer.timedOut === true }
}

/** Lines of a log arrive a moment after the answer. */
async function logOf(id: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const lines = rig.logs.of(id)
    if (lines.some((line) => line.startsWith('REPORT'))) return lines.join('\n')
    await sleep(10)
  }
  return rig.logs.of(id).join('\n')
}

t.test('a handler that throws is answered its error, and its sandbox is used again', async (t) => {
  const fn = await rig.deploy(
    'let n = 0; export const handler = async () => { n += 1; if (n === 1) throw new TypeError("no"); return n }',
  )
  const { id, answer } = await rig.call(fn)
  t.match(answer.functionError, { errorType: 'TypeError', errorMessage: 'no', trace: Array })
  t.equal((await rig.call(fn)).result, 2)
  t.match(await logOf(id), /Status: error\tError Type: TypeError/)
})

t.test(
  'each invocation has its whole time, and only the one that runs out of it ends',
  async (t) => {
    const fn = await rig.deploy(
      'let n = 0; export const handler = (ms) => new Promise((done) => setTimeout(done, ms, ++n))',
      { timeoutSeconds: 1 },
    )
    for (const n of [1, 2, 3]) t.equal((await rig.call(fn, 600)).result, n, 'in the same sandbox')
    await sleep(1300)
    t.equal((await rig.call(fn, 10)).result, 4, 'time that it was idle does not count')
    const { answer } = await rig.call(fn, 60_000)
    t.equal(answer.timedOut, true)
    t.equal((await rig.call(fn, 10)).result, 1, 'in another sandbox')
  },
)

t.test(
  'a handler that never settles is ended at its timeout, in the words of Lambda',
  async (t) => {
    const found = await failure(
      'export const handler = () => new Promise(() => setInterval(() => {}, 1000))',
      {
        timeoutSeconds: 1,
      },
    )
    t.match(found, {
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: <id> Error: Task timed out after 1.00 seconds',
      timedOut: true,
    })
    t.match(await logOf(found.id), new RegExp(`${found.id} Task timed out after 1.00 seconds`))
    t.match(await logOf(found.id), /Status: timeout/)
  },
)

t.test('a handler that blocks its thread is ended at its timeout, and replaced', async (t) => {
  const fn = await rig.deploy(
    'export const handler = async (event) => { while (event.spin); return process.pid }',
    { timeoutSeconds: 1 },
  )
  const { answer } = await rig.call(fn, { spin: true })
  t.equal(answer.functionError?.errorType, 'Sandbox.Timedout')
  const next = await rig.call(fn, {})
  t.notOk(next.answer.functionError)
  t.not(next.answer.timings.start, 'warm')
})

t.test('each way of ending the process has its own answer', async (t) => {
  const exits: [string, string, RegExp][] = [
    ['process.exit(0)', 'Runtime.ExitError', /exited without providing a reason/],
    ['process.exit(1)', 'Runtime.ExitError', /exited with error: exit status 1$/],
    ['process.kill(process.pid, "SIGKILL")', 'Runtime.ExitError', /error: signal: killed$/],
    ['process.kill(process.pid, "SIGSEGV")', 'Runtime.ExitError', /signal: segmentation fault$/],
    ['process.abort()', 'Runtime.ExitError', /error: signal: aborted$/],
  ]
  for (const [statement, errorType, message] of exits) {
    const source = `export const handler = async () => { ${statement}; await new Promise(() => setInterval(() => {}, 99)) }`
    t.match(await failure(source), { errorType, errorMessage: message }, statement)
  }
})

t.test('running over the memory limit is out of memory, not just an exit', async (t) => {
  const found = await failure(
    'const held = []; export const handler = async () => { for (;;) held.push(Buffer.alloc(8e6, 1)) }',
  )
  t.equal(found.errorType, 'Runtime.OutOfMemory')
  t.match(await logOf(found.id), /the function may use 128 MB, what lies in \/tmp counted/)
})

t.test("running into V8's own limit is out of memory too", async (t) => {
  const found = await failure(
    'const held = []; export const handler = async () => { for (;;) held.push(new Array(1e6).fill(1.5)) }',
    { memoryMb: 1280 },
  )
  t.equal(found.errorType, 'Runtime.OutOfMemory')
})

t.test('filling /tmp past the memory limit is out of memory', async (t) => {
  const found = await failure(
    `import { appendFileSync } from 'node:fs'
     export const handler = async () => { for (;;) appendFileSync('/tmp/full', Buffer.alloc(8e6)) }`,
  )
  t.equal(found.errorType, 'Runtime.OutOfMemory')
})

t.test(
  'a full /tmp is an error that the handler can catch, where memory allows it to fill',
  async (t) => {
    const fn = await rig.deploy(
      `import { appendFileSync, statSync } from 'node:fs'
     export const handler = async () => {
       try { for (;;) appendFileSync('/tmp/full', Buffer.alloc(16e6)) }
       catch (error) { return { code: error.code, size: statSync('/tmp/full').size } }
     }`,
      { memoryMb: 1024, timeoutSeconds: 20 },
    )
    const { result } = await rig.call(fn)
    t.match(result, { code: 'ENOSPC', size: 512 * 1024 * 1024 })
  },
)

t.test('a function that cannot be loaded says why, to everyone who waits for it', async (t) => {
  const broken: [string, Record<string, unknown>][] = [
    ['export const other = 1', { errorType: 'Runtime.HandlerNotFound' }],
    ['export const handler = (', { errorType: 'Runtime.UserCodeSyntaxError' }],
    ['throw new RangeError("at load")', { errorType: 'RangeError', errorMessage: 'at load' }],
    ['process.exit(3)', { errorType: 'Runtime.ExitError', errorMessage: /exit status 3/ }],
  ]
  for (const [source, error] of broken) {
    const fn = await rig.deploy(source)
    const [one, two] = await Promise.all([rig.call(fn), rig.call(fn)])
    t.match(one.answer.functionError, error, source)
    t.match(two.answer.functionError, error, source)
    t.match(await logOf(one.id), /REPORT RequestId/)
  }
})

t.test('an exception after the answer costs the sandbox, not the answer', async (t) => {
  const fn = await rig.deploy(
    'export const handler = async () => { setTimeout(() => { throw new Error("late") }, 30); return "fine" }',
  )
  t.equal((await rig.call(fn)).result, 'fine')
  const { name } = fn.definition
  const has = () =>
    rig.pool.inspection.sandboxes().some(({ functionName }) => functionName === name)
  while (has()) await sleep(10)
  const second = await rig.call(fn)
  t.equal(second.result, 'fine')
  t.not(second.answer.timings.start, 'warm')
})

t.test('a result that is no JSON, or too large, is an error and the sandbox stays', async (t) => {
  const fn = await rig.deploy(
    `export const handler = async ({ kind }) => {
       if (kind === 'bigint') return 1n
       if (kind === 'cycle') { const a = {}; a.a = a; return a }
       if (kind === 'large') return 'x'.repeat(6291556)
       return 'ok'
     }`,
    { memoryMb: 256, timeoutSeconds: 20 },
  )
  t.equal(
    (await rig.call(fn, { kind: 'bigint' })).answer.functionError?.errorType,
    'Runtime.MarshalError',
  )
  t.equal(
    (await rig.call(fn, { kind: 'cycle' })).answer.functionError?.errorType,
    'Runtime.MarshalError',
  )
  t.equal(
    (await rig.call(fn, { kind: 'large' })).answer.functionError?.errorType,
    'Function.ResponseSizeTooLarge',
  )
  const last = await rig.call(fn)
  t.equal(last.result, 'ok')
  t.equal(last.answer.timings.start, 'warm')
})

t.test('an event that is no JSON is refused, and the sandbox stays', async (t) => {
  const fn = await rig.deploy('export const handler = async (event) => event')
  const request = { id: 'bad-json', functionName: fn.definition.name, event: Buffer.from('{oops') }
  await t.rejects(rig.pool.invoke(fn, request), { code: 'InvalidJson' })
  t.equal((await rig.call(fn, 7)).answer.timings.start, 'warm')
})

t.test('a fork bomb is contained, and others go on', async (t) => {
  const bomb = await rig.deploy(
    `import { spawn } from 'node:child_process'
     export const handler = async () => {
       spawn('sh', ['-c', 'f() { f | f & }; f'], { stdio: 'ignore' }).on('error', () => {})
       await new Promise(() => setInterval(() => {}, 1000))
     }`,
    { timeoutSeconds: 2 },
  )
  const calm = await rig.deploy('export const handler = async () => "calm"')
  const exploding = rig.call(bomb)
  await sleep(500)
  t.equal((await rig.call(calm)).result, 'calm')
  const { answer } = await exploding
  t.ok(answer.functionError, 'the bomb itself fails')
})

t.test(
  'code that writes to the link of its own runtime loses its sandbox and harms nobody',
  async (t) => {
    const fn = await rig.deploy(
      `import { readdirSync, readlinkSync, writeSync } from 'node:fs'
     export const handler = async () => {
       for (const fd of readdirSync('/proc/self/fd')) {
         try { if (readlinkSync('/proc/self/fd/' + fd).startsWith('socket:')) writeSync(Number(fd), Buffer.alloc(64, 0xff)) }
         catch {}
       }
       await new Promise(() => setInterval(() => {}, 1000))
     }`,
    )
    const { answer } = await rig.call(fn)
    t.equal(answer.functionError?.errorType, 'Sandbox.Failure')
  },
)

t.test('a flood of output is cut, marked, and not charged to the next invocation', async (t) => {
  const fn = await rig.deploy(
    `export const handler = async ({ megabytes }) => {
       for (let i = 0; i < megabytes; i += 1) process.stdout.write('y'.repeat(1023).concat('\\n').repeat(1024))
       process.stdout.write(megabytes ? 'LAST' : 'small')
       return 'done'
     }`,
    { timeoutSeconds: 30 },
  )
  const { id, result } = await rig.call(fn, { megabytes: 5 })
  t.equal(result, 'done')
  const log = await logOf(id)
  t.ok(log.length < 1.2 * 1024 * 1024, 'no more than a megabyte and a little')
  t.match(log, /the log of this invocation was cut/)
  const next = await rig.call(fn, { megabytes: 0 })
  t.match(await logOf(next.id), /^START.*\nsmall\nEND.*\nREPORT.*$/)
})

t.test('lines belong to the invocation that wrote them', async (t) => {
  const fn = await rig.deploy(
    `export const handler = async ({ n }) => {
       console.log('one', n, '\\ntwo'); process.stderr.write('no line end ' + n); return n
     }`,
  )
  const ids: string[] = []
  for (let n = 0; n < 20; n += 1) ids.push((await rig.call(fn, { n })).id)
  for (const [n, id] of ids.entries()) {
    const log = await logOf(id)
    t.match(log, new RegExp(`one ${n} \ntwo`), 'a record keeps its lines')
    t.match(log, new RegExp(`no line end ${n}$`, 'm'))
    t.equal(log.match(/one /g)?.length, 1)
    t.match(log, /^START RequestId: \S+ Version: \$LATEST\n/)
    t.match(
      log,
      /\nEND RequestId: \S+\nREPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB/,
    )
  }
})

t.test('errors of the platform are HearthErrors', async (t) => {
  const fn = await rig.deploy('export const handler = async () => 1')
  const missing = { ...fn, definition: { ...fn.definition, name: 'no-code', codeSha256: 'AAAA' } }
  const error = await rig.call(missing).catch((thrown: unknown) => thrown)
  t.ok(error instanceof HearthError)
  t.match(error, { code: 'SandboxFailed' })
})
