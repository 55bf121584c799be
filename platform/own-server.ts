import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../core/logs/logger.ts'
import { CannotStart } from '../core/process/start-failure.ts'
import { KeptProcess } from './kept-process.ts'

const POLL_MS = 25
const WATCH_MS = 500
const RESTART_MS_MAX = 10_000
const LOG_BYTES_MAX = 10_000_000

export interface ServerPlan {
  name: string
  command: readonly [string, ...string[]]
  /** The whole environment of the server. */
  environment: Readonly<Record<string, string>>
  /** Where its process file and its log lie. */
  directory: string
  /** Whether it serves now. Rejecting means no, too. */
  ready(): Promise<boolean>
  /** Milliseconds in which a started server has to serve. */
  startMs: number
  /** Milliseconds after SIGTERM until it is killed. */
  stopMs: number
  log: Logger
}

/** Thrown when a server of the platform's own does not come up; names its log. */
export class OwnServerFailed extends CannotStart {
  override readonly name = 'OwnServerFailed'
}

/**
 * A server that the platform runs for itself: in a session of its own, so that Ctrl-C at the
 * terminal does not end it before the drain is over. One that outlived a killed platform is used
 * again, or replaced where its command or environment is another by now; it is never doubled. One
 * that dies is started again until `stop`.
 */
export class OwnServer {
  readonly #plan: ServerPlan
  readonly #kept: KeptProcess
  readonly #watch: AbortController = new AbortController()
  #watching: Promise<void> = Promise.resolve()

  /** Resolves when the server serves. Rejects with OwnServerFailed. */
  static async start(plan: ServerPlan): Promise<OwnServer> {
    mkdirSync(plan.directory, { recursive: true, mode: 0o700 })
    const server = new OwnServer(plan)
    await server.#bringUp()
    server.#watching = server.#watchOver()
    return server
  }

  /** Whether a server that an earlier platform has started still runs, with these settings or others. */
  static survives(plan: Omit<ServerPlan, 'ready'>): boolean {
    return keptProcess(plan).find() !== undefined
  }

  private constructor(plan: ServerPlan) {
    this.#plan = plan
    this.#kept = keptProcess(plan)
  }

  get pid(): number | undefined {
    return this.#kept.pid
  }

  /** Ends the server, by force at its deadline. */
  async stop(): Promise<void> {
    this.#watch.abort()
    await this.#watching
    await this.#kept.end(this.#plan.stopMs)
  }

  async #bringUp(): Promise<void> {
    const { name, log, startMs } = this.#plan
    const survivor = this.#kept.find()
    if (survivor === 'other') {
      log.info({ server: name }, 'a survivor with other settings is replaced')
      await this.#kept.end(this.#plan.stopMs)
    }
    const reused = survivor === 'same'
    if (reused) log.info({ server: name, pid: this.#kept.pid }, 'a survivor is used again')
    const running = reused ? () => this.#kept.find() === 'same' : this.#launch()
    try {
      await this.#serves(running, startMs)
    } catch (error) {
      await this.#kept.end(this.#plan.stopMs)
      throw error
    }
  }

  /** Returns how to see whether what was launched still runs. */
  #launch(): () => boolean {
    const { command, environment } = this.#plan
    const output = openLog(this.#logFile)
    const child = spawn('sh', this.#kept.launching(command), {
      detached: true,
      env: environment,
      cwd: this.#plan.directory,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    let running = true
    const ended = () => {
      running = false
    }
    child.once('exit', ended).once('error', ended)
    child.unref()
    return () => running
  }

  async #serves(running: () => boolean, deadlineMs: number): Promise<void> {
    const deadline = Date.now() + deadlineMs
    while (Date.now() < deadline) {
      if (!running()) throw this.#failure('ended while it started')
      // Another server may answer at the same address; ours is the one that has written its file.
      if (this.#kept.find() === 'same' && (await this.#plan.ready().catch(() => false))) return
      await wait(POLL_MS, undefined, { signal: this.#watch.signal })
    }
    throw this.#failure(`did not serve within ${deadlineMs} ms`)
  }

  #failure(what: string): OwnServerFailed {
    const words = readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').at(-1)
    return new OwnServerFailed(`${this.#plan.name} ${what}: ${words} (log: "${this.#logFile}")`)
  }

  async #watchOver(): Promise<void> {
    const { signal } = this.#watch
    let pauseMs = WATCH_MS
    while (!signal.aborted) {
      await wait(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted || this.#kept.find() === 'same') {
        pauseMs = WATCH_MS
        continue
      }
      this.#plan.log.warn({ server: this.#plan.name }, 'the server is gone and is started again')
      try {
        await this.#bringUp()
      } catch (error) {
        if (signal.aborted) return
        this.#plan.log.error({ err: error }, 'the server could not be started again')
        pauseMs = Math.min(pauseMs * 2, RESTART_MS_MAX)
      }
    }
  }

  get #logFile(): string {
    return join(this.#plan.directory, `${this.#plan.name}.log`)
  }
}

function keptProcess({ directory, command, environment }: Omit<ServerPlan, 'ready'>): KeptProcess {
  const settings = JSON.stringify([command, environment])
  const fingerprint = createHash('sha256').update(settings).digest('hex')
  return new KeptProcess(join(directory, 'process'), fingerprint)
}

/** Opens a log for appending; one that has grown large is put aside, in place of the one before. */
function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_BYTES_MAX) renameSync(file, `${file}.old`)
  return openSync(file, 'a', 0o600)
}
