import type { Page } from 'playwright-core'
import t from 'tap'
import { openStage, saveForm, writeCode } from '../fixtures/console.ts'
import { Functions } from '../fixtures/functions.ts'
import { rest } from '../fixtures/rest.ts'

const { skip, url, openPage } = await openStage(t, { POOL_GENERIC: '2' })
const functions = new Functions(url)

const ANSWERS = 'export const handler = async (event) => event'

/** Answers the page's next question, and resolves to what it asked. */
async function answerNext(page: Page, isYes: boolean): Promise<string> {
  const dialog = await page.waitForEvent('dialog')
  await (isYes ? dialog.accept() : dialog.dismiss())
  return dialog.message()
}

t.test('Code that is not deployed is not lost without a question', { skip }, async (t) => {
  await functions.create('drafted', ANSWERS)
  const { page, problems } = await openPage(t)
  await page.goto('/console/functions/drafted/overview')
  await page.getByRole('link', { name: 'Code' }).click()
  await writeCode(page, /index/, 'export const handler = async () => "draft"')
  const editor = page.locator('.cm-content')

  const asked = answerNext(page, false)
  await page.getByRole('link', { name: 'Configuration' }).click()
  t.match(await asked, /not saved/)
  await editor.getByText('"draft"').waitFor()
  const askedAgain = answerNext(page, false)
  await page.evaluate('history.back()')
  t.match(await askedAgain, /not saved/)
  await editor.getByText('"draft"').waitFor()
  t.match(page.url(), /\/code$/)

  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByText(/Deployed in/).waitFor()
  await page.getByRole('link', { name: 'Configuration' }).click()
  await page.getByLabel('Memory (MB)').fill('1024')
  const leaving = answerNext(page, true)
  await page.getByRole('link', { name: 'Code' }).click()
  await leaving
  await editor.getByText('"draft"').waitFor()
  const { text } = await rest(`${url}/functions/drafted/invocations`, { body: {} })
  t.equal(text, '"draft"')
  t.same(problems, [])
})

t.test('A package is uploaded, twice the same, and what is edited stays', { skip }, async (t) => {
  await functions.create('loaded', ANSWERS)
  const { page, problems } = await openPage(t)
  await page.goto('/console/functions/loaded/code')
  await writeCode(page, /index\.mjs/, 'export const handler = async () => "edited"')
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByText(/Deployed in/).waitFor()
  await page.getByText('Upload a package').click()
  const file = (source: string) => ({
    name: 'index.mjs',
    mimeType: 'text/javascript',
    buffer: Buffer.from(source),
  })
  for (const answer of ['"first"', '"second"']) {
    await page
      .locator('input[type=file]')
      .setInputFiles(file(`export const handler = async () => ${answer}`))
    await page.locator('.cm-content').getByText(answer).waitFor()
    const { text } = await rest(`${url}/functions/loaded/invocations`, { body: {} })
    t.equal(text, answer)
    t.equal(await page.locator('input[type=file]').inputValue(), '')
  }
  await writeCode(page, /index\.mjs/, 'export const handler = async () => "draft"')
  const readAgain = page.waitForResponse(/\/packages\//)
  await page.locator('input[type=file]').setInputFiles(file('export const handler = () => 3'))
  await (await readAgain).finished()
  await page.locator('.cm-content').getByText('"draft"').waitFor()
  t.ok(await page.getByRole('button', { name: 'Deploy', exact: true }).isEnabled())
  t.same(problems, [])
})

t.test('A file is added, renamed and removed, and the code deployed', { skip }, async (t) => {
  await functions.create('filed', ANSWERS)
  const { page, problems } = await openPage(t)
  await page.goto('/console/functions/filed/code')
  const files = page.getByRole('group', { name: 'Files' })
  await files.getByRole('button').waitFor()
  const index = (await files.getByRole('button').textContent()) ?? ''
  await page.getByText('Add, rename or remove files').click()
  const name = page.getByLabel('Path of a file')
  await name.fill('words.mjs')
  await page.getByRole('button', { name: 'Add it' }).click()
  await writeCode(page, /words\.mjs/, 'export const word = "added"')
  await name.fill('lib/words.mjs')
  await page.getByRole('button', { name: 'Rename words.mjs to it' }).click()
  await name.fill('left.mjs')
  await page.getByRole('button', { name: 'Add it' }).click()
  await page.getByRole('button', { name: 'Remove left.mjs' }).click()
  await files.getByRole('button', { name: index }).click()
  const source = 'import { word } from "./lib/words.mjs"\nexport const handler = async () => word'
  await writeCode(page, new RegExp(index), source)
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByText(/Deployed in/).waitFor()
  const { text } = await rest(`${url}/functions/filed/invocations`, { body: {} })
  t.equal(text, '"added"')
  await page.reload()
  await files.getByRole('button', { name: 'lib/words.mjs' }).waitFor()
  t.equal(await files.getByRole('button').count(), 2)
  t.same(problems, [])
})

t.test('A function is deleted after a question, and its page left', { skip }, async (t) => {
  await functions.create('doomed', ANSWERS)
  const { page, problems } = await openPage(t)
  await page.goto('/console/functions/doomed/configuration')
  await page.getByLabel('Memory (MB)').fill('1024')
  await page.getByRole('button', { name: 'Delete this function' }).click()
  await page.getByText('Delete doomed for good?').waitFor()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('heading', { name: 'Functions' }).waitFor()
  t.equal((await rest(`${url}/functions/doomed`)).status, 404)
  t.same(problems, [])
})

t.test('Moving an alias keeps its description, and sees that it was moved', { skip }, async (t) => {
  await functions.create('moved', ANSWERS)
  for (const timeoutSeconds of [1, 2, 3]) {
    await rest(`${url}/functions/moved`, { method: 'PATCH', body: { timeoutSeconds } })
    await rest(`${url}/functions/moved/versions`, { body: {} })
  }
  const alias = `${url}/functions/moved/aliases/live`
  const first = { functionVersion: '2', description: 'for all', weights: { 1: 0.1 } }
  await rest(alias, { method: 'PUT', body: first })
  const { page } = await openPage(t)
  await page.goto('/console/functions/moved/versions')
  const aliases = page.getByRole('region', { name: 'Aliases' })
  await aliases.getByRole('button', { name: 'All to 1' }).click()
  await page.getByText('live points at version 1 alone').waitFor()
  t.match((await rest(alias)).body, { functionVersion: '1', description: 'for all', weights: {} })
  await page.getByText('for all').waitFor()

  await rest(alias, { method: 'PUT', body: { functionVersion: '2', description: 'theirs' } })
  await page.getByRole('textbox', { name: 'Alias' }).fill('live')
  await page.getByRole('button', { name: 'Point it there' }).click()
  await page.getByText('Changed meanwhile').waitFor()
  t.match((await rest(alias)).body, { functionVersion: '2', description: 'theirs' })
  await page.getByRole('button', { name: 'Load it again' }).click()
  await page.getByRole('cell', { name: 'theirs' }).waitFor()
  await aliases.getByRole('button', { name: 'Point at 1' }).waitFor()
})

t.test('An alias is tested, given an address, and called by a trigger', { skip }, async (t) => {
  await functions.create('served', 'export const handler = async (event) => event.said ?? "one"')
  await rest(`${url}/functions/served/versions`, { body: {} })
  const live = { method: 'PUT', body: { functionVersion: '1' } }
  await rest(`${url}/functions/served/aliases/live`, live)
  const source = 'export const handler = async () => "two"'
  await rest(`${url}/functions/served/code`, { method: 'PUT', body: { source } })
  const { page, problems } = await openPage(t)
  await page.goto('/console/functions/served/test')
  await page.getByLabel('Calls', { exact: true }).selectOption('live')
  await page.getByRole('button', { name: 'Call', exact: true }).click()
  await page.getByRole('region', { name: 'Answer' }).getByText('one').waitFor()

  await page.getByRole('link', { name: 'Triggers' }).click()
  await page.getByLabel('Calls', { exact: true }).selectOption('live')
  await page.getByLabel('When').fill('rate(1 hour)')
  await page.getByLabel('Event', { exact: true }).fill('{"said": "by the clock"}')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('calls live').waitFor()
  await page.getByRole('button', { name: 'Send a test event' }).click()
  const said = (await page.getByText(/Sent as/).textContent()) ?? ''
  const { result } = await functions.ended(/[0-9a-f-]{36}/.exec(said)?.[0] ?? '')
  t.equal(result, 'by the clock')

  const address = page.getByRole('region', { name: 'Address' })
  await address.getByLabel('Of').selectOption('live')
  await address.getByText('Pages of other origins').click()
  await address.getByLabel('Origins').fill('https://shop.example')
  await address.getByRole('button', { name: 'Give it an address' }).click()
  await address.getByRole('link').waitFor()
  await address.getByLabel('Answers').selectOption('RESPONSE_STREAM')
  await saveForm(page, 'Address')
  t.match((await rest(`${url}/functions/served/url?qualifier=live`)).body, {
    qualifier: 'live',
    invokeMode: 'RESPONSE_STREAM',
    cors: { AllowOrigins: ['https://shop.example'] },
  })
  t.equal((await rest(`${url}/functions/served/url`)).status, 404)
  t.same(problems, [])
})

t.test('What is written over an event or a template stays where it was', { skip }, async (t) => {
  await functions.create('recalled', ANSWERS)
  const { page, problems } = await openPage(t)
  await page.goto('/console/functions/recalled/test')
  const event = page.getByLabel('Event', { exact: true })
  const editor = page.locator('.cm-content')
  await writeCode(page, /the event/, '{"mine": 1}')
  await event.selectOption('sample:Empty')
  await editor.getByText('{}').waitFor()
  await event.selectOption('sample:Plain')
  await editor.getByText('"mine"').waitFor()
  await page.getByLabel('Save it as').fill('kept')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Forget' }).click()
  await editor.getByText('"Ada"').waitFor()

  await page.goto('/console/new')
  await writeCode(page, /index\.ts/, 'export const handler = async () => "mine"')
  await page.getByRole('radio', { name: /Schedule/ }).check()
  await editor.getByText('It is').waitFor()
  await page.getByRole('radio', { name: /Hello/ }).check()
  await editor.getByText('"mine"').waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('written')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'written' }).waitFor()
  t.equal((await rest(`${url}/functions/written/invocations`, { body: {} })).text, '"mine"')
  t.same(problems, [])
})

t.test(
  'Of more versions than a page of the API has, the newest is listed first',
  { skip },
  async (t) => {
    await functions.create('numbered', ANSWERS)
    for (let timeoutSeconds = 1; timeoutSeconds <= 101; timeoutSeconds += 1) {
      await rest(`${url}/functions/numbered`, { method: 'PATCH', body: { timeoutSeconds } })
      await rest(`${url}/functions/numbered/versions`, { body: {} })
    }
    const { page } = await openPage(t)
    await page.goto('/console/functions/numbered/versions')
    const table = page.getByRole('table', { name: 'Versions, newest first' })
    await table.getByRole('row').nth(1).getByRole('cell', { name: '101' }).first().waitFor()
    t.equal(await table.getByRole('row').count(), 102)
  },
)
