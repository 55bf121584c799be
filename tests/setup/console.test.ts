import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { buildConsole } from '../../console/build.ts'

t.test(
  'The console is built as files that are named by their content, each packed as well',
  async (t) => {
    const folder = t.testdir({ 'of-before.txt': 'gone after the build' })
    await buildConsole(folder)
    t.same(readdirSync(folder).sort(), ['assets', 'index.html'])
    const page = readFileSync(join(folder, 'index.html'), 'utf8')
    const assets = readdirSync(join(folder, 'assets'))
    for (const [, name = ''] of page.matchAll(/(?:src|href)="\/console\/assets\/([^"]+)"/g)) {
      t.ok(assets.includes(name), name)
      t.match(name, /-[\w-]{8}\.\w+$/, 'its content is in its name')
    }
    for (const name of assets.filter((one) => one.endsWith('.gz'))) {
      const packed = gunzipSync(readFileSync(join(folder, 'assets', name)))
      t.same(packed, readFileSync(join(folder, 'assets', name.slice(0, -3))), name)
    }
  },
)
