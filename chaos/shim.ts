import { execFile, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SOURCE = join(import.meta.dirname, 'shim', 'faults.c')
const BYTES = 24

/** Offsets in the control file; see shim/faults.c. */
const FIELD = { diskFull: 8, syncDelayMs: 12, syncFails: 16 } as const

/** Whether there is a C compiler. */
export function canBuildShim(): boolean {
  return spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0
}

/** Compiles the library that makes faults of disk and clock; undefined where there is no C compiler. */
export async function buildShim(directory: string): Promise<string | undefined> {
  const library = join(directory, 'faults.so')
  if (!canBuildShim()) return undefined
  await run('cc', ['-O2', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl'])
  return library
}

/** The faults of disk and clock of one process; they outlive its restarts. */
export class ShimControl {
  /** What the process is to be started with. */
  readonly environment: Readonly<Record<string, string>>
  /** Holds, for each append-only file, how many bytes of it are synced. */
  readonly syncedDirectory: string
  readonly #file: number
  #clockOffsetMs = 0

  constructor(library: string, directory: string) {
    this.syncedDirectory = join(directory, 'synced')
    mkdirSync(this.syncedDirectory, { recursive: true })
    const control = join(directory, 'control')
    this.#file = openSync(control, 'w')
    writeSync(this.#file, Buffer.alloc(BYTES), 0, BYTES, 0)
    this.environment = {
      LD_PRELOAD: library,
      CHAOS_CONTROL: control,
      CHAOS_SYNCED: this.syncedDirectory,
    }
  }

  /** Makes the wall clock jump, on top of jumps that hold already; returns what jumps back. */
  jump(ms: number): () => void {
    this.#jump(ms)
    return () => this.#jump(-ms)
  }

  set(field: keyof typeof FIELD, value: number): void {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    writeSync(this.#file, bytes, 0, 4, FIELD[field])
  }

  close(): void {
    closeSync(this.#file)
  }

  #jump(ms: number): void {
    this.#clockOffsetMs += ms
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(this.#clockOffsetMs) * 1000n)
    writeSync(this.#file, bytes, 0, 8, 0)
  }
}
