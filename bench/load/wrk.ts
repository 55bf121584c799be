import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readSetupResult } from '../../setup/setup-result.ts'
import type { Figures, Load, Target } from './load.ts'

const run = promisify(execFile)
/** A slow answer is measured, and no error. */
const ANSWER_SECONDS = 20
const UNIT_MS = { us: 1e-3, ms: 1, s: 1000 } as const

export interface LoadResult extends Figures {
  /** Answers in all. */
  answers: number
}

export interface PacedLoad extends Load {
  /** Requests a second at most; without it each client asks again at once. */
  perSecond?: number
  /** Whether answers that are no 2xx are part of what is measured. */
  isRefusalFine?: boolean
}

/** A closed loop of so many clients for so long. Rejects where an answer was no 2xx, or was missing. */
export async function wrk(
  { url, body, headers = {} }: Target,
  { clients, seconds, perSecond, isRefusalFine = false }: PacedLoad,
): Promise<LoadResult> {
  const program = readSetupResult().loadGenerator
  if (program.state === 'missing') throw new Error(program.reason)
  const folder = await mkdtemp(join(tmpdir(), 'hearth-wrk-'))
  try {
    const script = join(folder, 'request.lua')
    const lines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
      ([name, value]) => `wrk.headers["${name}"] = "${value}"`,
    )
    if (perSecond) lines.push(`function delay() return ${(1000 * clients) / perSecond} end`)
    await writeFile(script, ['wrk.method = "POST"', `wrk.body = [[${body}]]`, ...lines].join('\n'))
    const counts = ['-t1', `-c${clients}`, `-d${seconds}s`, `--timeout=${ANSWER_SECONDS}s`]
    const load = [...counts, '--latency', '-s', script, url]
    const { stdout } = await run(program.value, load, { timeout: seconds * 1000 + 30_000 })
    return read(isRefusalFine ? stdout.replace(/Non-2xx.*/, '') : stdout)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function read(output: string): LoadResult {
  const bad = /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(output)
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1] ?? 0)
  const answers = Number(/(\d+) requests in/.exec(output)?.[1] ?? 0)
  if (bad || perSecond === 0) throw new Error(`wrk: ${bad?.[0] ?? output}`)
  return { p50Ms: latencyMs(output, '50'), p99Ms: latencyMs(output, '99'), perSecond, answers }
}

function latencyMs(output: string, percent: string): number {
  const [, value, unit] = new RegExp(`\\s${percent}%\\s+([\\d.]+)(us|ms|s)\\s`).exec(output) ?? []
  if (value === undefined) throw new Error(`wrk gave no latency at ${percent} %: ${output}`)
  return Number(value) * UNIT_MS[unit as keyof typeof UNIT_MS]
}
