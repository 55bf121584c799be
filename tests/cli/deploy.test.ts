import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Client } from '../../cli/client.ts'
import { deploy } from '../../cli/deploy.ts'
import { hearth } from '../fixtures/command-line.ts'
import { readDeclaration } from '../fixtures/declaration.ts'
import { PACKAGES } from '../fixtures/example.ts'
import { startGateway } from '../fixtures/gateway.ts'

t.test('a handler and its file change in one step', async (t) => {
  const { app, call, link } = await startGateway(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const client = new Client({ url, apiKey: undefined })
  const folder = t.testdir({})
  const deployed = async (module: string) => {
    const fields = { name: 'f', handler: `${module}.handler`, build: 'zip' }
    await writeFile(join(folder, 'hearth.json'), JSON.stringify(fields))
    await writeFile(join(folder, `${module}.mjs`), 'export const handler = () => 1')
    const lines: string[] = []
    const detail = (line: string) => void lines.push(line)
    const options = { client, cacheDirectory: PACKAGES, say: detail, detail }
    await deploy(await readDeclaration(folder), options)
    return lines.at(-1)
  }
  t.equal(await deployed('index'), 'Function f: created')
  t.equal(await deployed('index'), 'Function f: unchanged')
  t.equal(await deployed('main'), 'Function f: configuration and code updated')
  t.strictSame(link.announced, ['f', 'f'], 'by one change, after the function was made')
  t.equal((await call('GET /functions/f')).body.handler, 'main.handler')
  await writeFile(join(folder, 'words.mjs'), '')
  t.equal(await deployed('main'), 'Function f: code updated')
})

t.test('without a function in the folder it says where it looked and what to do', async (t) => {
  t.match(await hearth(['deploy', 'tests/cli']), {
    code: 1,
    stderr: /hearth\.json cannot be read, and no/,
  })
  t.match(await hearth(['deploy', 'folder-of-nobody']), {
    code: 1,
    stderr: /cannot be read: ENOENT/,
  })
})
