/** Between these lines of docs/performance.md stands what the bench has written, and nothing else. */
const BEGIN = '<!-- bench: from here on written by `npm run bench -- --write` -->'
const END = '<!-- bench: until here -->'

/** The document with this text between its two markers, whatever was there. Throws where it has none. */
export function withResults(document: string, results: string): string {
  const from = document.indexOf(BEGIN)
  const to = document.indexOf(END)
  if (from < 0 || to < from) throw new Error(`The document lacks "${BEGIN}" or "${END}"`)
  return `${document.slice(0, from + BEGIN.length)}\n\n${results}\n\n${document.slice(to)}`
}
