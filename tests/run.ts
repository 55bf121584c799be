import { type ChildProcess, spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { TapReader } from './tap-reader.ts'

/** Nothing may hang: when all tests together have taken so long, they are ended as failed. */
const DEADLINE_MS = 45 * 60_000
const GRACE_MS = 10_000
const ROOT = join(import.meta.dirname, '..')
const TAP = realpathSync(join(ROOT, 'node_modules', '.bin', 'tap'))

/**
 * Runs all tests, or the files that are named (`npm test -- tests/core/functions/zip.test.ts`). Prints a line
 * for each file and all that failed in it; the last line is the sum.
 */
process.exitCode = await runTests(process.argv.slice(2))

async function runTests(files: string[]): Promise<number> {
  const tap = spawn(process.execPath, [TAP, 'run', '--reporter=tap', ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    // Each file is a process that loads the same modules: what one has compiled the next ones find.
    env: { NODE_COMPILE_CACHE: join(ROOT, '.hearth', 'compile-cache'), ...process.env },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => endGroup(tap, signal))
  }
  let late = false
  const deadline = setTimeout(() => {
    late = true
    endGroup(tap, 'SIGTERM')
    setTimeout(() => endGroup(tap, 'SIGKILL'), GRACE_MS).unref()
  }, DEADLINE_MS)
  const reader = new TapReader((line) => console.log(line))
  createInterface({ input: tap.stdout }).on('line', (line) => reader.read(line))
  const code = await exitCode(tap)
  clearTimeout(deadline)
  if (late) console.log(`The tests did not end within ${DEADLINE_MS / 60_000} minutes`)
  return reader.end(code)
}

async function exitCode(child: ChildProcess): Promise<number> {
  return await new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message)
      resolve(1)
    })
    child.once('close', (code) => resolve(code ?? 1))
  })
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // They have ended by themselves.
  }
}
