import { type Bound, isMeasured, type Result, type Row } from './row.ts'

const WIDTH = 960
const LABELS = 560
const VALUES = 60
const LINE = 22
const TITLE = 44
/** The scale is logarithmic: one that is ten times better is as far to the right as one ten times worse is to the left. */
const DECADES = 2
const MIDDLE = LABELS + (WIDTH - LABELS - VALUES) / 2
const DECADE = (WIDTH - LABELS - VALUES) / 2 / DECADES
const LABEL_CHARACTERS = 84

interface Bar {
  label: string
  /** How much better than its bound: 1 is just as good. */
  factor: number
}

/** How far each figure is from its budget and from each peer, as one picture: right of the line is better. */
export function chart(results: Result[]): string {
  const rows = results.filter(isMeasured)
  const budgets = rows.flatMap((row) => barOf(row.what, row, row.budget))
  const peers = rows.flatMap((row) => barOf(`${row.what} — ${row.against}`, row, row.ahead))
  const parts: string[] = []
  let y = 0
  for (const [title, bars] of [
    ['How many times better than the budget', budgets],
    ['How many times better than a peer', peers],
  ] as const) {
    if (bars.length === 0) continue
    parts.push(panel(title, bars, y))
    y += TITLE + bars.length * LINE + LINE
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">
<title>Every figure with a budget or a peer, as a multiple of it</title>
${STYLE}
<rect class="page" width="${WIDTH}" height="${y}"/>
${parts.join('\n')}
</svg>
`
}

/** No bar for a bound of nothing, or a value of nothing: they have no place on the scale. */
function barOf(label: string, { value }: Row, bound: Bound | undefined): Bar[] {
  if (!bound) return []
  const factor = 'atMost' in bound ? bound.atMost / value : value / bound.atLeast
  return Number.isFinite(factor) && factor > 0 ? [{ label, factor }] : []
}

function panel(title: string, bars: readonly Bar[], top: number): string {
  const bottom = top + TITLE + bars.length * LINE
  const lines = bars.map((bar, index) => line(bar, top + TITLE + index * LINE))
  return [
    `<text class="title" x="8" y="${top + 28}">${title}</text>`,
    ...lines,
    `<line class="middle" x1="${MIDDLE}" x2="${MIDDLE}" y1="${top + TITLE - 4}" y2="${bottom}"/>`,
  ].join('\n')
}

function line({ label, factor }: Bar, y: number): string {
  const decades = Math.max(-DECADES, Math.min(DECADES, Math.log10(factor)))
  const width = Math.max(1, Math.abs(decades) * DECADE)
  const x = decades < 0 ? MIDDLE - width : MIDDLE
  const kind = factor >= 1 ? 'good' : 'bad'
  const baseline = y + LINE - 8
  return [
    `<text x="8" y="${baseline}">${escaped(shortened(label))}</text>`,
    `<rect class="${kind}" x="${x.toFixed(1)}" y="${y + 3}" width="${width.toFixed(1)}" height="${LINE - 8}"/>`,
    `<text class="value" x="${WIDTH - 8}" y="${baseline}">${factor.toPrecision(2)} ×</text>`,
  ].join('\n')
}

function shortened(text: string): string {
  return text.length > LABEL_CHARACTERS ? `${text.slice(0, LABEL_CHARACTERS - 1)}…` : text
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escaped = (text: string) => text.replaceAll(/[&<>]/g, (found) => ENTITIES[found] ?? found)

const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: 600 }
.value { text-anchor: end }
.page { fill: #ffffff }
.good { fill: #2da44e }
.bad { fill: #cf222e }
.middle { stroke: #57606a; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .page { fill: #0d1117 }
}
</style>`
