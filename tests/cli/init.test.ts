import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { hearth, hearthAtTerminal } from '../fixtures/command-line.ts'
import { eventually } from '../fixtures/rest.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

t.test('without a terminal nothing is asked, and the least is made', async (t) => {
  const folder = await temporaryFolder(t)
  t.match(await hearth(['init'], { cwd: folder }), {
    code: 0,
    stdout: /^hello: a function like hello/,
  })
  t.match(await hearth(['init'], { cwd: folder }), { code: 1, stderr: /hello is not empty/ })
})

t.test('a new function is asked for at a terminal', async (t) => {
  const folder = await temporaryFolder(t)
  const asked = hearthAtTerminal(['init'], { cwd: folder })
  const shows = (text: string) =>
    eventually(text, async () => asked.output().includes(text) || undefined)
  await shows('What should it be like?')
  asked.type('\r')
  await shows('Which folder?')
  asked.type('asked-for\r')
  t.equal(await asked.ended, 0)
  t.match(JSON.parse(await readFile(join(folder, 'asked-for', 'hearth.json'), 'utf8')), {
    name: 'asked-for',
  })
})
