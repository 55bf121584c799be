import TurndownService from 'turndown'

/** GitHub's flavour of Markdown, so that tables stay tables. */
export function markdownOf(html: string): string {
  const turndown = new TurndownService({
    headingStyle: 'atx',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
  })
  turndown.addRule('cell', {
    filter: ['td', 'th'],
    replacement: (content) =>
      ` ${content
        .trim()
        .replace(/\s*\n\s*/g, '<br>')
        .replaceAll('|', '\\|')} |`,
  })
  turndown.addRule('row', {
    filter: 'tr',
    replacement: (content, row) => {
      const line = `\n|${content}`
      return isFirstOfTable(row) ? `${line}\n|${' --- |'.repeat(row.childNodes.length)}` : line
    },
  })
  turndown.addRule('rows', {
    filter: ['thead', 'tbody'],
    replacement: (content) => content,
  })
  turndown.addRule('table', {
    filter: 'table',
    replacement: (content) => `\n\n${content.trim()}\n\n`,
  })
  return `${turndown.turndown(html)}\n`
}

/** Markdown wants a heading row: the first row, since Word's tables often name none. */
function isFirstOfTable(row: TurndownService.Node): boolean {
  if (row.previousSibling) return false
  const parent = row.parentNode
  return parent?.nodeName === 'TABLE' || !parent?.previousSibling
}
