import type { ComponentChildren } from 'preact'

export interface Column<Row> {
  title: string
  /** Numbers stand at the right, so that they can be compared. */
  isNumber?: boolean
  cell(row: Row): ComponentChildren
}

interface TableProps<Row> {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf(row: Row): string
}

/** A table that becomes a list of cards where the page is narrow. */
export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <table class="table">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ title, isNumber }) => (
            <th key={title} scope="col" class={kindOf(title, isNumber)}>
              {title === '' ? <span class="unseen">Actions</span> : title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ title, isNumber, cell }) => (
              <td key={title} data-label={title} class={kindOf(title, isNumber)}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Numbers and what can be done stand at the right. */
function kindOf(title: string, isNumber = false): string {
  if (title === '') return 'actions'
  return isNumber ? 'number' : ''
}
