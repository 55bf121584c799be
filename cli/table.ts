import { inertLine } from './inert.ts'

/** A cell with more is cut: a row is for finding something, not for reading it. */
const CELL_MAX = 80

/** Lines of columns, each as wide as its widest cell; the first row are the headings. */
export function table(rows: readonly (readonly string[])[]): string[] {
  return layout(rows.map((row) => row.map((cell) => cut(inertLine(cell)))))
}

/** The same of cells that are to be read, whole. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  return layout(rows.map((row) => row.map(inertLine)))
}

/** Names with their values below each other; what has no value is left out. */
export function fields(values: Readonly<Record<string, string | number | undefined>>): string[] {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return columns(given.map(([name, value]) => [name, String(value)]))
}

function layout(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function cut(text: string): string {
  return text.length > CELL_MAX ? `${text.slice(0, CELL_MAX - 1)}…` : text
}
