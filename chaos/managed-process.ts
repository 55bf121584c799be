import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProcessPlan {
  name: string
  command: readonly [string, ...string[]]
  cwd: string
  environment: Readonly<Record<string, string>>
  /** All that it prints is appended here. */
  log: string
}

const RESTART_MS = 500
const TERM_MS = 40_000
const LINE_MAX = 200

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Whatever ends the suite, this process does not outlive it. */
export function endWithSuite(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
}

/**
 * A process of the platform under a supervisor, as a container engine would keep it: one that ends by
 * itself is started again. Faults hold it down or freeze it; several may overlap.
 */
export class ManagedProcess {
  readonly name: string
  readonly #plan: ProcessPlan
  #child: ChildProcess | undefined
  #holds = 0
  #freezes = 0
  #isStopped = true
  #logStart = 0
  /** Of each time that it has ended without being told to, the last line that it has printed. */
  readonly endings: string[] = []

  constructor(plan: ProcessPlan) {
    this.name = plan.name
    this.#plan = plan
  }

  /** Undefined while it is down. */
  get pid(): number | undefined {
    return this.#isRunning ? this.#child?.pid : undefined
  }

  start(): void {
    this.#isStopped = false
    this.#launch()
  }

  /** SIGKILL; it stays down until what this returns is called. */
  async kill(): Promise<() => void> {
    this.#holds += 1
    await this.#end('SIGKILL')
    return () => this.#release()
  }

  /** SIGTERM, and no new start until what this returns is called. */
  async terminate(): Promise<() => void> {
    this.#holds += 1
    await this.#end('SIGTERM')
    return () => this.#release()
  }

  /** SIGSTOP; returns what lets it go on, if it is still the same process then. */
  freeze(): () => void {
    const child = this.#child
    if (!child || !this.#isRunning) return () => undefined
    this.#freezes += 1
    child.kill('SIGSTOP')
    return () => {
      if (this.#child !== child) return
      this.#freezes -= 1
      if (this.#freezes === 0) child.kill('SIGCONT')
    }
  }

  /** What it has printed since it was started last. */
  output(): string {
    return readFileSync(this.#plan.log).subarray(this.#logStart).toString()
  }

  /** Ends it for good; resolves with its exit code, null where it had to be killed. */
  async stop(): Promise<number | null> {
    this.#isStopped = true
    if (!this.#isRunning) return 0
    this.#child?.kill('SIGCONT')
    await this.#end('SIGTERM')
    return this.#child?.exitCode ?? null
  }

  get #isRunning(): boolean {
    return (
      this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
    )
  }

  #release(): void {
    this.#holds -= 1
    if (!this.#isRunning) this.#launch()
  }

  #launch(): void {
    if (this.#isStopped || this.#holds > 0) return
    const { command, cwd, environment, log } = this.#plan
    const [program, ...args] = command
    const output = openSync(log, 'a')
    this.#logStart = readFileSync(log).length
    const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', output, output] })
    closeSync(output)
    this.#child = child
    child.once('error', () => undefined)
    endWithSuite(child)
    child.once('exit', () => void this.#ended(child))
  }

  async #ended(child: ChildProcess): Promise<void> {
    if (this.#isStopped || this.#holds > 0) return
    this.endings.push(this.output().trimEnd().split('\n').at(-1)?.slice(0, LINE_MAX) ?? '')
    await sleep(RESTART_MS)
    if (this.#child === child) this.#launch()
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (!child || !this.#isRunning) return
    const late = setTimeout(() => child.kill('SIGKILL'), TERM_MS)
    child.kill(signal)
    await once(child, 'exit')
    clearTimeout(late)
  }
}
