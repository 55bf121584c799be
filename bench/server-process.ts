import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_MS = 60_000
const STOP_MS = 40_000
/** How often it is asked: short, since the time to the first answer is measured so. */
const POLL_MS = 2
const URL_PRINTED = /http:\/\/127\.0\.0\.1:\d+/

/** A server that the bench has started. */
export interface ServerProcess {
  pid: number
  stop(): Promise<void>
}

export interface ServerCommand {
  command: string[]
  environment?: Record<string, string>
  directory?: string
}

/** Starts a server that prints its URL when it listens. */
export async function startPrinting(
  order: ServerCommand,
): Promise<ServerProcess & { url: string }> {
  const child = launch(order, 'inherit')
  return { ...processOf(child), url: await firstMatch(child, URL_PRINTED) }
}

/** Starts a server whose address is known before; what it says is kept for the error alone. */
export async function startAnswering(
  order: ServerCommand,
  isUp: () => Promise<boolean>,
): Promise<ServerProcess> {
  const child = launch(order, 'pipe')
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-1000)
    })
  }
  const late = Date.now() + START_MS
  while (!(await isUp())) {
    await sleep(POLL_MS)
    if (Date.now() < late && child.exitCode === null && child.pid !== undefined) continue
    await end(child)
    throw new Error(`"${order.command.join(' ')}" does not answer: ${said.trim()}`)
  }
  return processOf(child)
}

/** A program of the bench's own, by its file in this folder, under the Node that runs the bench. */
export function benchProgram(file: string): ServerCommand {
  return { command: [process.execPath, join(import.meta.dirname, file)] }
}

function launch(order: ServerCommand, stderr: 'inherit' | 'pipe'): ChildProcess {
  const [program = '', ...words] = order.command
  const child = spawn(program, words, {
    cwd: order.directory,
    env: { ...process.env, ...order.environment },
    stdio: ['ignore', 'pipe', stderr],
  })
  // A program that is not there: whoever waits for its answer finds it without a number.
  child.on('error', () => undefined)
  return child
}

function processOf(child: ChildProcess): ServerProcess {
  return { pid: child.pid ?? 0, stop: () => end(child) }
}

function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const late = setTimeout(() => reject(new Error(`No address in: ${text}`)), START_MS)
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk
      const found = pattern.exec(text)
      if (!found) return
      clearTimeout(late)
      resolve(found[0])
    })
    child.once('exit', (code) =>
      reject(new Error(`Ended with ${code} before it listened: ${text}`)),
    )
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  child.kill('SIGTERM')
  await once(child, 'exit')
  clearTimeout(late)
}
