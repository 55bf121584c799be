import type { Count, Hour, Report } from './report.ts'

/** The bars that fit side by side; of a longer log the last ones are drawn. */
const BARS_MAX = 7 * 24
const CHART = { width: 960, height: 240, left: 48, bottom: 28 }
const SERIES = [
  { field: 'succeeded', name: 'succeeded', colour: '#3b7dd8' },
  { field: 'clientErrors', name: 'client errors (4xx)', colour: '#e8a33d' },
  { field: 'serverErrors', name: 'server errors (5xx)', colour: '#d1495b' },
] as const

/** The report as one page that needs nothing else: no script, no style sheet, no picture. */
export function pageOf(report: Report): string {
  const title = `Access report of ${escapeHtml(report.source)}`
  const { requests, bytes, clients, unreadableLines } = report
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; margin: 0 0 2rem; width: 100% }
  td, th { border-bottom: 1px solid #ddd; padding: .25rem .5rem; text-align: left; overflow-wrap: anywhere }
  td:last-child, th:last-child { text-align: right }
  svg { width: 100%; height: auto }
</style>
<h1>${title}</h1>
<p>${requests} requests from ${clients} clients, ${(bytes / 1e6).toFixed(1)} MB sent,
${unreadableLines} lines that could not be read.</p>
<h2>Requests per hour (UTC)</h2>
${chartOf(report.hours.slice(-BARS_MAX))}
${tableOf('Status', report.statuses)}
${tableOf('Path', report.paths)}
${tableOf('Path with server errors', report.failingPaths)}
${tableOf('Agent', report.agents)}
</html>
`
}

function tableOf(heading: string, counts: Count[]): string {
  const rows = counts.map(
    ({ value, requests }) => `<tr><td>${escapeHtml(value)}</td><td>${requests}</td></tr>`,
  )
  return `<table>
<thead><tr><th>${heading}</th><th>Requests</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`
}

function chartOf(hours: Hour[]): string {
  const { width, height, left, bottom } = CHART
  const highest = Math.max(1, ...hours.map(totalOf))
  const floor = height - bottom
  const step = (width - left) / Math.max(1, hours.length)
  const bars = hours.map((hour, index) => barOf(hour, left + index * step, step))
  const lines = [0, 0.5, 1].map((part) => {
    const y = floor - part * (floor - 12)
    return `<path d="M${left} ${y}H${width}" stroke="#ddd"/>
<text x="${left - 6}" y="${y + 4}" text-anchor="end">${Math.round(part * highest)}</text>`
  })
  const legend = SERIES.map(
    ({ name, colour }) => `<span style="color:${colour}">&#9632;</span> ${name}`,
  )
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Requests per hour" font-size="11">
${lines.join('\n')}
${bars.join('\n')}
${labelsOf(hours, step)}
</svg>
<p>${legend.join(' &nbsp; ')}</p>`

  function barOf(hour: Hour, x: number, space: number): string {
    let y = floor
    const parts = SERIES.filter(({ field }) => hour[field] > 0).map(({ field, colour }) => {
      const tall = (hour[field] / highest) * (floor - 12)
      y -= tall
      return `<rect x="${round(x + space * 0.1)}" y="${round(y)}" width="${round(space * 0.8)}" height="${round(tall)}" fill="${colour}"/>`
    })
    return `<g><title>${hour.start.slice(0, 16)}: ${totalOf(hour)}</title>${parts.join('')}</g>`
  }
}

/** About eight times along the axis, so that they do not overlap. */
function labelsOf(hours: Hour[], step: number): string {
  const every = Math.ceil(hours.length / 8)
  return hours
    .map((hour, index) => ({ text: hour.start.slice(5, 16).replace('T', ' '), index }))
    .filter(({ index }) => index % every === 0)
    .map(
      ({ text, index }) =>
        `<text x="${round(CHART.left + index * step)}" y="${CHART.height - 8}">${text}</text>`,
    )
    .join('\n')
}

function totalOf({ succeeded, clientErrors, serverErrors }: Hour): number {
  return succeeded + clientErrors + serverErrors
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** A log holds what anybody sent: nothing of it may become markup. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
