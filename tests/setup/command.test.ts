import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { CommandError, findProgram, run } from '../../setup/command.ts'

t.test('a command resolves to what it printed', async (t) => {
  t.equal(await run(['echo', 'hello'], { deadlineMs: 5000 }), 'hello\n')
})

t.test('a command that fails rejects with its last words', async (t) => {
  const failing = run(['sh', '-c', 'echo first; echo because >&2; exit 3'], { deadlineMs: 5000 })
  await t.rejects(failing, { name: 'CommandError', message: /ended with 3: because$/ })
})

t.test('a command that is not there rejects', async (t) => {
  await t.rejects(run(['no-such-program'], { deadlineMs: 5000 }), CommandError)
})

t.test('a command is killed at its deadline, with the children it has started', async (t) => {
  const command = run(['sh', '-c', 'sleep 60 & echo $!; wait'], { deadlineMs: 300 })
  const error = await command.then(
    () => t.fail('it was not killed'),
    (reason: CommandError) => reason,
  )
  const pid = Number(/SIGKILL: (\d+)/.exec((error as CommandError).message)?.[1])
  t.ok(pid > 0)
  // The kernel tells nobody when a grandchild is gone.
  while (await isRunning(pid)) await wait(20)
})

t.test('a command reads its input', async (t) => {
  const input = Readable.from(['from a stream'])
  t.equal(await run(['cat'], { deadlineMs: 5000, input }), 'from a stream')
})

t.test('a program is found on the path, or not', async (t) => {
  t.match(await findProgram('sh'), /^\/.*\/sh$/)
  t.equal(await findProgram('no-such-program'), undefined)
  t.equal(await findProgram('$(echo sh)'), undefined)
})

async function isRunning(pid: number): Promise<boolean> {
  const state = ['sh', '-c', `ps -o stat= -p ${pid} || :`] as const
  return /^[^Z\s]/.test(await run(state, { deadlineMs: 5000 }))
}
