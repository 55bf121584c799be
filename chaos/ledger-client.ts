import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LedgerEntry, NewEntry } from './ledger-entry.ts'
import { endWithSuite } from './managed-process.ts'

const START_MS = 10_000

/** The ledger's process, as the suite holds it. */
export class Ledger {
  readonly file: string
  /** Port on loopback; handlers reach it by their function's egress list. */
  readonly port: number
  readonly #process: ChildProcess

  static async start(directory: string): Promise<Ledger> {
    const file = join(directory, 'ledger.jsonl')
    const program = join(import.meta.dirname, 'ledger.ts')
    const process_ = spawn(process.execPath, [program, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    endWithSuite(process_)
    const signal = AbortSignal.timeout(START_MS)
    const [line] = (await once(process_.stdout, 'data', { signal })) as [Buffer]
    return new Ledger(file, { process: process_, port: Number(String(line)) })
  }

  private constructor(file: string, started: { process: ChildProcess; port: number }) {
    this.file = file
    this.port = started.port
    this.#process = started.process
  }

  /** Where handlers tell it of their runs. */
  get entriesUrl(): string {
    return `http://127.0.0.1:${this.port}/entries`
  }

  /** An endpoint for destinations. */
  get messagesUrl(): string {
    return `http://127.0.0.1:${this.port}/messages`
  }

  /** Resolves when the entries are on disk. */
  async add(...entries: NewEntry[]): Promise<void> {
    const response = await fetch(this.entriesUrl, {
      method: 'POST',
      body: entries.map((entry) => JSON.stringify(entry)).join('\n'),
    })
    if (response.status !== 204) throw new Error(`Ledger refused: ${await response.text()}`)
  }

  async read(): Promise<LedgerEntry[]> {
    const lines = (await readFile(this.file, 'utf8')).split('\n').filter(Boolean)
    return lines.map((line) => JSON.parse(line) as LedgerEntry)
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    this.#process.kill('SIGTERM')
    await once(this.#process, 'exit')
  }
}
