import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { zone } from '../format.ts'
import type { Series } from '../statistics.ts'
import { THEME_CHANGED } from '../theme.ts'

const HEIGHT = 150
const AXIS_PX = 56
const DIGIT_PX = 7
const GAP_PX = 14
const DAY_SECONDS = 24 * 60 * 60
/** Lines differ by their dashes as well as by their colour. */
const STROKES = [
  { color: '--accent', dash: [] },
  { color: '--ink', dash: [6, 4] },
  { color: '--faint', dash: [2, 3] },
] as const

interface ChartProps {
  title: string
  /** What it says as a whole, for who cannot see it, and beside the title. */
  summary: string
  labels: readonly string[]
  series: Series
  kind: 'bars' | 'lines'
  show(value: number): string
}

/** One measure over time. */
export function Chart({ title, summary, labels, series, kind, show }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef({ labels, series, kind, show })
  latest.current = { labels, series, kind, show }
  const values = JSON.stringify(series)

  // Drawn anew where its looks change; new values alone are put into it, under the pointer that may be in it.
  useEffect(() => {
    const element = place.current
    if (!element) return
    const redraw = () => {
      plot.current?.destroy()
      plot.current = draw(element, latest.current)
    }
    redraw()
    const sized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    )
    sized.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    window.addEventListener(THEME_CHANGED, redraw)
    scheme.addEventListener('change', redraw)
    return () => {
      sized.disconnect()
      window.removeEventListener(THEME_CHANGED, redraw)
      scheme.removeEventListener('change', redraw)
      plot.current?.destroy()
    }
  }, [labels.join(), kind])
  useEffect(() => plot.current?.setData(dataOf(latest.current.series)), [values])

  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong> <span class="faint">{summary}</span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}: ${summary}`} />
    </figure>
  )
}

type Drawn = Pick<ChartProps, 'labels' | 'series' | 'kind' | 'show'>

function draw(element: HTMLElement, { labels, series, kind, show }: Drawn): uPlot {
  const style = getComputedStyle(element)
  const colour = (name: string) => {
    const probe = style.getPropertyValue(name)
    return probe === '' ? '#888' : resolved(element, name)
  }
  const axis = {
    stroke: colour('--faint'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { y: false },
    legend: { live: true },
    scales: { y: { range: (_plot, _min, max) => [0, max ? max * 1.1 : 1] } },
    axes: [
      {
        ...axis,
        font: '11px system-ui',
        size: 26,
        values: (plot, ticks) => ticks.map(timeIn(plot)),
      },
      {
        ...axis,
        font: '11px system-ui',
        size: (_plot, shown) => widthOf(shown ?? []),
        values: (_plot, ticks) => ticks.map(show),
      },
    ],
    series: [
      {
        label: `Time, ${zone()}`,
        value: (plot, seconds) => (seconds === null ? '–' : timeIn(plot)(seconds)),
      },
      ...labels.map((label, index) => {
        const { color, dash } = STROKES[index % STROKES.length] ?? STROKES[0]
        const stroke = colour(color)
        return {
          label,
          stroke,
          width: 1.5,
          value: (_plot: uPlot, value: number | null) => (value === null ? '–' : show(value)),
          ...(kind === 'lines' && {
            dash: [...dash],
            points: { show: true, size: 5, fill: stroke },
          }),
          ...(kind === 'bars' && {
            fill: stroke,
            paths: uPlot.paths.bars?.({ size: [0.7, 24] }) as never,
            points: { show: false },
          }),
        }
      }),
    ],
  }
  return new uPlot(options, dataOf(series), element)
}

/** Pixels that the longest of them takes in the font of the axes, and the gap beside it. */
function widthOf(shown: readonly string[]): number {
  return Math.max(AXIS_PX, Math.max(0, ...shown.map(({ length }) => length)) * DIGIT_PX + GAP_PX)
}

function dataOf(series: Series): uPlot.AlignedData {
  return [series.times, ...series.values] as uPlot.AlignedData
}

/** The hour and minute; seconds where they say something, and the day where the chart has more than one. */
function timeIn({ scales: { x } }: uPlot): (seconds: number) => string {
  const hasDays = (x?.max ?? 0) - (x?.min ?? 0) > DAY_SECONDS
  return (seconds) => {
    const date = new Date(seconds * 1000)
    const parts = { hour: '2-digit', minute: '2-digit' } as const
    const finer = seconds % 60 === 0 ? parts : ({ ...parts, second: '2-digit' } as const)
    const day = hasDays ? date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' }) : ''
    return `${day} ${date.toLocaleTimeString('en-GB', finer)}`.trim()
  }
}

/** A canvas knows no variables and no light-dark(): the browser works the colour out. */
function resolved(element: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
