import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const run = promisify(execFile)
const MODULES = join(import.meta.dirname, '..', '..', 'node_modules')
const environment = { ...process.env, NODE_OPTIONS: '', HEARTH_URL: 'http://127.0.0.1:1' }

t.setTimeout(120_000)

/** Packs the project and installs it into a folder of its own, with the packages that are here. */
async function installed(t: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const folder = await temporaryFolder(t)
  const modules = join(folder, 'node_modules')
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder])
  await mkdir(join(modules, 'hearth'), { recursive: true })
  const tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '')
  await run('tar', ['-xf', tarball, '-C', join(modules, 'hearth'), '--strip-components=1'])
  for (const name of await readdir(MODULES)) {
    if (!name.startsWith('.')) await symlink(join(MODULES, name), join(modules, name))
  }
  return folder
}

t.test(
  'a package of the project has the command line as JavaScript, with its templates',
  async (t) => {
    const folder = await installed(t)
    const bin = join(folder, 'node_modules', 'hearth', 'cli', 'hearth.js')
    const hearth = async (...words: string[]) =>
      await run(process.execPath, [bin, ...words], { cwd: folder, env: environment })
    const { version } = JSON.parse(await readFile('package.json', 'utf8'))
    t.equal((await hearth('--version')).stdout, `${version}\n`)
    await hearth('init', 'greet', '-t', 'event-router')
    const declared = await readFile(join(folder, 'greet', 'hearth.json'), 'utf8')
    const { $schema, name } = JSON.parse(declared)
    t.equal(name, 'greet')
    t.match(JSON.parse(await readFile(join(folder, 'greet', $schema), 'utf8')), {
      title: 'hearth.json',
    })
    await t.rejects(hearth('deploy', 'greet'), { code: 4, stderr: /npm start/ })
    await t.rejects(hearth('dev', 'greet'), { code: 4 })
  },
)
