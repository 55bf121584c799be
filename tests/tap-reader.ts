const NOISE = /^\s*(ok \d|# Subtest|# time|# No coverage|\d+\.\.\d+|TAP version|$)/
const FILE_END = /^(not ok|ok) \d+ - (\S+)(?: # time=([\d.]+)ms)?/
const SKIPPED = /^\s*ok \d+ - (.*?) # SKIP ?(.*)$/
const FAILED = /^( *)not ok /
const SUMMARY = /^# \{ (.*) \}$/

interface Totals {
  passed: number
  failed: number
  skipped: number
}

/**
 * Reads tap's output line by line and writes what people want of it: a line for each test file, what
 * failed, with its diagnostics, what was skipped and why, and the sum.
 */
export class TapReader {
  readonly #write: (line: string) => void
  readonly #skipped: string[] = []
  #file: string[] = []
  #totals: Totals | undefined

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  read(line: string): void {
    const [, titleOfSkipped, reason] = SKIPPED.exec(line) ?? []
    if (titleOfSkipped)
      this.#skipped.push(`skipped ${titleOfSkipped}: ${reason || 'no reason given'}`)
    const [, outcome, name, time] = FILE_END.exec(line) ?? []
    const [, summary] = SUMMARY.exec(line) ?? []
    if (summary !== undefined) this.#totals = readTotals(summary)
    else if (outcome && name) this.#endFile(outcome, name, Number(time ?? 0))
    else this.#file.push(line)
  }

  /** Writes the end of the report; resolves to the exit code of the run. `code` is tap's own. */
  end(code: number): number {
    for (const line of this.#skipped) this.#write(line)
    const totals = this.#totals ?? { passed: 0, failed: 1, skipped: 0 }
    if (!this.#totals) this.#write('tap ended without a summary')
    else if (code !== 0 && totals.failed === 0) this.#write(`tap ended with ${code}`)
    this.#write(closingLine(totals))
    return code === 0 && totals.failed === 0 && totals.passed > 0 ? 0 : 1
  }

  #endFile(outcome: string, name: string, timeMs: number): void {
    const seconds = (timeMs / 1000).toFixed(1)
    if (outcome === 'not ok') for (const line of failures(this.#file)) this.#write(line)
    this.#write(`${outcome === 'ok' ? 'ok     ' : 'FAILED '} ${name} (${seconds} s)`)
    this.#file = []
  }
}

/** What failed, with diagnostics, and what was printed. A test that failed by its part only gives its title. */
function failures(lines: readonly string[]): string[] {
  const kept: string[] = []
  let depth = 0
  let inDiagnostics = false
  // The first ones are of the file before: how it was started, which is always the same.
  let keepDiagnostics = false
  for (const line of lines) {
    const failed = FAILED.exec(line)
    if (failed) {
      const indent = failed[1]?.length ?? 0
      keepDiagnostics = indent >= depth
      depth = indent
    }
    if (/^ *---$/.test(line)) inDiagnostics = true
    if (inDiagnostics ? keepDiagnostics : !NOISE.test(line)) kept.push(line)
    if (/^ *\.\.\.$/.test(line)) inDiagnostics = false
  }
  return kept
}

/** tap's summary leaves zeros out. */
function readTotals(summary: string): Totals {
  const counts = new Map(
    [...summary.matchAll(/(\w+): (\d+)/g)].map(([, name = '', count]) => [name, Number(count)]),
  )
  const count = (name: string) => counts.get(name) ?? 0
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}

function closingLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
