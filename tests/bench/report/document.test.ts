import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { withResults } from '../../../bench/report/document.ts'

const DOCUMENT = join(import.meta.dirname, '..', '..', '..', 'docs', 'performance.md')

t.test('results are written between the markers, and again in the same place', async (t) => {
  const document = await readFile(DOCUMENT, 'utf8')
  const first = withResults(document, 'FIRST')
  const second = withResults(first, 'SECOND')
  t.match(first, '\n\nFIRST\n\n')
  t.notMatch(second, 'FIRST')
  t.equal(withResults(second, 'FIRST'), first)
  const [before, after] = second.split(/<!-- bench: from.*-->\n\nSECOND\n\n<!-- bench: until.*-->/)
  t.ok(document.startsWith(before ?? 'nothing'), 'what stands before is kept')
  t.ok(after !== undefined && document.endsWith(after), 'what stands behind is kept')
})

t.test('a document without both markers is not written', async (t) => {
  for (const document of ['', '<!-- bench: until here -->', 'text']) {
    t.throws(() => withResults(document, 'x'), /lacks/)
  }
})
