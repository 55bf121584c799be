import { readFile, writeFile } from 'node:fs/promises'
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
  await writeFile(join(folder, 'file'), '')
  t.match(await hearth(['init', 'file'], { cwd: folder }), {
    code: 1,
    stderr: /file cannot be read: ENOTDIR/,
  })
  t.match(await hearth(['init', 'constructor'], { cwd: folder }), {
    code: 2,
    stderr: /no name of a function\nLetters, digits/,
  })
})

t.test('what is asked is about the result, and no part of it', async (t) => {
  const folder = await temporaryFolder(t)
  const asked = hearthAtTerminal(['init'], { cwd: folder, resultTo: join(folder, 'made.txt') })
  await eventually('it asks', async () => asked.output().includes('like?') || undefined)
  asked.type('\r')
  await eventually('it asks on', async () => asked.output().includes('folder?') || undefined)
  asked.type('asked-for\r')
  t.equal(await asked.ended, 0)
  t.match(await readFile(join(folder, 'made.txt'), 'utf8'), /^asked-for: a function like hello/)
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
