import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { readSetupResult } from '../../setup/setup-result.ts'

const SCRIPTS_BYTES_MAX = 100 * 1000
const { console: built } = readSetupResult()
const skip = built.state === 'missing' && built.reason
const folder = built.state === 'ready' ? join(built.value, 'assets') : ''

t.test('All scripts but the editor are 100 kB at most, packed', { skip }, async (t) => {
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
  const editor = scripts.filter((name) => name.startsWith('code-mirror'))
  t.equal(editor.length, 1, 'the editor is a file of its own')
  const sizes = scripts
    .filter((name) => !editor.includes(name))
    .map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length)
  const sum = sizes.reduce((all, size) => all + size, 0)
  t.comment(`${sum} bytes, packed`)
  t.ok(sum <= SCRIPTS_BYTES_MAX, `${sum} bytes`)
})

t.test('The editor is not loaded with the page', { skip }, async (t) => {
  const page = readFileSync(join(folder, '..', 'index.html'), 'utf8')
  t.notMatch(page, /code-mirror/)
})
