import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const POLL_MS = 20
const KILL_MS = 5000

/**
 * The shell writes down who it is and becomes the program, so there is no moment in which the
 * program runs and nobody knows it. Its start time in /proc tells it from a later process that was
 * given the same number.
 */
const SCRIPT = `
umask 077
{ echo "$2"; echo "$$"; cat /proc/sys/kernel/random/boot_id "/proc/$$/stat" 2>/dev/null; } > "$1.new"
mv "$1.new" "$1"
shift 2
exec "$@"
`

interface Identity {
  fingerprint: string
  pid: number
  /** Boot and start time; empty where the system has no /proc. */
  birth: string
}

/** A process that is known by a file, beyond the life of who started it. */
export class KeptProcess {
  readonly #file: string
  readonly #fingerprint: string
  /** Remembered, since a process must not be lost with its file. */
  #known: Identity | undefined

  /** `fingerprint` stands for how the process is started; a change of it makes a survivor `other`. */
  constructor(file: string, fingerprint: string) {
    this.#file = file
    this.#fingerprint = fingerprint
  }

  /** Number of the process that runs, if one does. */
  get pid(): number | undefined {
    return this.#alive()?.pid
  }

  /** Arguments of a `sh` that writes the file and then becomes `command`. */
  launching(command: readonly string[]): string[] {
    return ['-c', SCRIPT, 'sh', this.#file, this.#fingerprint, ...command]
  }

  /** Whether the process runs, and as it would be started now. */
  find(): 'same' | 'other' | undefined {
    const identity = this.#alive()
    if (!identity) return undefined
    return identity.fingerprint === this.#fingerprint ? 'same' : 'other'
  }

  /** Asks the process to end, and kills it after `graceMs`. Resolves when it is gone. */
  async end(graceMs: number): Promise<void> {
    if (!(await this.#signal('SIGTERM', graceMs)) && !(await this.#signal('SIGKILL', KILL_MS))) {
      throw new Error(`Process ${this.pid} cannot be killed`)
    }
    rmSync(this.#file, { force: true })
  }

  async #signal(signal: NodeJS.Signals, deadlineMs: number): Promise<boolean> {
    const identity = this.#alive()
    if (!identity) return true
    try {
      process.kill(identity.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    const deadline = Date.now() + deadlineMs
    while (this.#alive()) {
      if (Date.now() > deadline) return false
      await wait(POLL_MS)
    }
    return true
  }

  #alive(): Identity | undefined {
    if (!this.#known || !isRunning(this.#known)) this.#known = readIdentity(this.#file)
    return this.#known && isRunning(this.#known) ? this.#known : undefined
  }
}

function readIdentity(file: string): Identity | undefined {
  const [fingerprint, pid, boot, stat] = (readText(file) ?? '').split('\n')
  if (!fingerprint || !pid) return undefined
  return { fingerprint, pid: Number(pid), birth: boot && stat ? `${boot} ${startTime(stat)}` : '' }
}

function isRunning(identity: Identity): boolean {
  if (identity.birth) {
    const stat = readText(`/proc/${identity.pid}/stat`)
    const boot = readText('/proc/sys/kernel/random/boot_id')?.trim()
    // A zombie has ended; only its parent has not looked yet.
    return (
      stat !== undefined &&
      !/\) [ZX] /.test(stat) &&
      `${boot} ${startTime(stat)}` === identity.birth
    )
  }
  try {
    process.kill(identity.pid, 0)
    return true
  } catch {
    return false
  }
}

/** Field 22 of /proc/<pid>/stat; the second is in brackets and may itself hold blanks and brackets. */
function startTime(stat: string): string {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
