export interface TimingPart {
  name: string
  ms: number
  note?: string
}

export interface ServerTiming {
  /** The places that an invocation spent its time in, in their order; together they are the total. */
  parts: TimingPart[]
  totalMs: number
  /** Why no warm sandbox took it. */
  why?: string
}

const PART = /^([\w-]+)(?:;dur=([\d.]+))?(?:;desc="([^"]*)")?$/

/** Reads the header `Server-Timing` of an invocation; undefined where there is none. */
export function parseServerTiming(header: string | null): ServerTiming | undefined {
  if (!header) return undefined
  const parts: TimingPart[] = []
  let totalMs: number | undefined
  let why: string | undefined
  for (const [, name = '', ms, note] of matches(header)) {
    if (name === 'total') totalMs = Number(ms)
    else if (name === 'why') why = note
    else if (ms !== undefined)
      parts.push({ name, ms: Number(ms), ...(note !== undefined && { note }) })
  }
  if (parts.length === 0) return undefined
  const sum = parts.reduce((all, part) => all + part.ms, 0)
  return { parts, totalMs: totalMs ?? sum, ...(why !== undefined && { why }) }
}

function matches(header: string): RegExpExecArray[] {
  // A description may hold a comma.
  const pieces = header.match(/(?:[^,"]|"[^"]*")+/g) ?? []
  return pieces.map((piece) => PART.exec(piece.trim())).filter((match) => match !== null)
}
