import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { OpenLoopFigures, OpenLoopOrder } from './generator.ts'

const run = promisify(execFile)
const GENERATOR = join(import.meta.dirname, 'generator.ts')
const PATIENCE_MS = 60_000

/** Requests at a fixed rate. Rejects where an answer was no 2xx, or was missing. */
export async function openLoop(order: OpenLoopOrder): Promise<OpenLoopFigures> {
  const timeout = (order.seconds + order.warmUpSeconds) * 1000 + PATIENCE_MS
  const { stdout } = await run(process.execPath, [GENERATOR, JSON.stringify(order)], { timeout })
  return JSON.parse(stdout) as OpenLoopFigures
}
