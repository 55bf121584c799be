import { type ChildProcess, spawn } from 'node:child_process'
import { pipeline, type Readable } from 'node:stream'

const TAIL_BYTES = 4000
const WORDS_MAX = 300
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
    // A program whose input breaks off, or that stops reading early, says so by its exit code.
    pipeline(options.input, child.stdin, () => undefined)
  }
  const deadline = setTimeout(() => killGroup(child), options.deadlineMs)
  try {
    await ended(child, () => lastWords(errors.text.trim() || output.text))
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

/** The end of what a program has said, in one line. */
function lastWords(text: string): string {
  const lines = text.trim().split('\n').slice(-2)
  return lines.join(' / ').slice(-WORDS_MAX)
}

function ended(child: ChildProcess, words: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => reject(new CommandError(cause.message, { cause })))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve()
      const how = signal ? `was ended by ${signal}` : `ended with ${code}`
      const command = child.spawnargs.slice(0, 3).join(' ')
      reject(new CommandError(`"${command}" ${how}: ${words()}`))
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
