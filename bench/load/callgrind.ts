import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../setup/command.ts'

const run = promisify(execFile)
const CONTROL_MS = 60_000
const DUMP = 'counted'

/** Counts the instructions that a server executes, its own and its libraries', not the kernel's. */
export class Callgrind implements AsyncDisposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined where it is not installed. */
  static async open(): Promise<Callgrind | undefined> {
    if (!(await findProgram('callgrind_control'))) return undefined
    return new Callgrind(await mkdtemp(join(tmpdir(), 'hearth-callgrind-')))
  }

  /** What a server is started under. It counts only while `count` runs; until then it is ten times faster. */
  get words(): string[] {
    return [
      'valgrind',
      '--tool=callgrind',
      '--instr-atstart=no',
      '--smc-check=all-non-file', // V8 writes code where it had other code.
      `--callgrind-out-file=${this.#file}`,
      `--log-file=${join(this.#folder, 'log')}`,
    ]
  }

  /** Instructions of the server with this process id for one answer; `load` gives the number of answers. */
  async count(pid: number, load: () => Promise<number>): Promise<number> {
    await this.#control(pid, '--instr=on')
    await load() // What it has not translated yet would count as well.
    await this.#control(pid, '--zero')
    const answers = await load()
    await this.#control(pid, '--dump')
    await this.#control(pid, '--instr=off')
    return countedIn(await this.#takeDump()) / answers
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  get #file(): string {
    return join(this.#folder, DUMP)
  }

  /** Its name ends with a number of the server's own. */
  async #takeDump(): Promise<string> {
    const name = (await readdir(this.#folder)).find((one) => one.startsWith(`${DUMP}.`))
    if (name === undefined) throw new Error('callgrind has written nothing')
    const dump = await readFile(join(this.#folder, name), 'utf8')
    await rm(join(this.#folder, name))
    return dump
  }

  async #control(pid: number, word: string): Promise<void> {
    await run('callgrind_control', [word, String(pid)], { timeout: CONTROL_MS })
  }
}

/** The sum at the end of what callgrind has written. Throws where there is none. */
export function countedIn(dump: string): number {
  const [, sum] = /^totals: (\d+)$/m.exec(dump) ?? []
  if (sum === undefined) throw new Error('callgrind has written no sum')
  return Number(sum)
}
