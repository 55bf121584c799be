import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

const TAIL_BYTES = 4000
const running = new Set<ChildProcess>()

export interface CommandOptions {
  /** Milliseconds after which the command and its children are killed. */
  deadlineMs: number
  directory?: string
  input?: Readable
}

/** Thrown when a command cannot be started, fails, or does not end in time; the message has its last words. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/**
 * Runs a program without a terminal and resolves to its standard output. It leads a process group,
 * so that a deadline or an interrupted set-up takes its children too.
 */
export async function run(
  command: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<string> {
  const [program, ...args] = command
  const child = spawn(program, args, {
    detached: true,
    cwd: options.directory,
    stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const output = new Tail()
  const errors = new Tail()
  child.stdout?.on('data', (chunk: Buffer) => output.add(chunk))
  child.stderr?.on('data', (chunk: Buffer) => errors.add(chunk))
  if (options.input && child.stdin) {
    // A program that stops reading early says why by its exit code.
    child.stdin.on('error', () => undefined)
    options.input.pipe(child.stdin)
  }
  const deadline = setTimeout(() => killGroup(child), options.deadlineMs)
  try {
    await ended(child, () => `${errors.text || output.text}`.trim())
    return output.text
  } finally {
    clearTimeout(deadline)
    running.delete(child)
  }
}

/** Kills what `run` has started: for the end of an interrupted set-up. */
export function killRunningCommands(): void {
  for (const child of running) killGroup(child)
}

/** The path of a program, or undefined where PATH does not have it. */
export async function findProgram(name: string): Promise<string | undefined> {
  const path = await run(['sh', '-c', 'command -v "$1" || :', 'sh', name], { deadlineMs: 5000 })
  return path.trim() || undefined
}

function ended(child: ChildProcess, lastWords: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => reject(new CommandError(cause.message, { cause })))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve()
      const how = signal ? `was ended by ${signal}` : `ended with ${code}`
      const command = child.spawnargs.slice(0, 3).join(' ')
      reject(new CommandError(`"${command}" ${how}: ${lastWords()}`))
    })
  })
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

class Tail {
  text = ''

  add(chunk: Buffer): void {
    this.text = (this.text + chunk.toString()).slice(-TAIL_BYTES)
  }
}
