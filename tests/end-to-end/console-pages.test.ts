import axe from 'axe-core'
import type { Page } from 'playwright-core'
import t from 'tap'
import { openStage, screenshot } from '../fixtures/console.ts'
import { Functions } from '../fixtures/functions.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const VIEWS = [
  { name: 'light', colorScheme: 'light' },
  { name: 'dark', colorScheme: 'dark' },
  { name: 'narrow', colorScheme: 'light', width: 390, height: 844 },
] as const

/** No page has more places to go to before what it is for. */
const STEPS_MAX = 60

const { skip, url, openPage } = await openStage(t, { POOL_GENERIC: '2', RETRY_DELAY_SECONDS: '0' })
const invocationId = skip ? '' : await furnish()

const PAGES: [name: string, path: string, there: string | RegExp][] = [
  ['functions', '', 'greeter'],
  ['new', 'new', 'Template'],
  ['overview', 'functions/greeter', 'On AWS Lambda'],
  ['code', 'functions/greeter/code', 'greeting'],
  ['test', 'functions/greeter/test', 'Call later'],
  ['invocations', 'functions/greeter/invocations', '● succeeded'],
  ['invocation', `functions/greeter/invocations/${invocationId}`, 'Timeline'],
  ['logs', 'functions/greeter/logs', 'greeting Ada'],
  ['triggers', 'functions/greeter/triggers', /inbox/],
  ['configuration', 'functions/greeter/configuration', 'Environment'],
  ['versions', 'functions/greeter/versions', /live/],
  ['queue', 'queue', 'no such order'],
  ['sandboxes', 'sandboxes', 'greeter'],
  ['storage', 'storage', 'inbox'],
  ['bucket', 'storage/inbox', 'in/report.txt'],
  ['health', 'health', 'driver docker'],
]

/** Something of everything, so that each page has what it shows. Resolves to the id of an invocation. */
async function furnish(): Promise<string> {
  const functions = new Functions(url)
  const source = `export const handler = async (event) => {
  console.log('greeting', event.name ?? 'nobody')
  return { hello: event.name ?? 'world' }
}
`
  const at = `${url}/functions/greeter`
  await functions.create('greeter', source, {
    description: 'Greets whoever it is told of',
    environment: { GREETING: 'hello' },
  })
  await functions.create(
    'broken',
    'export const handler = async () => { throw new TypeError("no such order") }',
  )
  await rest(`${url}/functions/broken/async-configuration`, {
    method: 'PUT',
    body: { maximumRetryAttempts: 0 },
  })
  const headers = { prefer: 'respond-async' }
  await rest(`${url}/functions/broken/invocations`, { body: { order: 17 }, headers })
  await rest(`${at}/versions`, { body: { description: 'The first one' } })
  await rest(`${at}/aliases/live`, { method: 'PUT', body: { functionVersion: '1' } })
  await rest(`${at}/triggers`, { body: { type: 'schedule', schedule: 'rate(1 hour)' } })
  await rest(`${url}/buckets/inbox`, { method: 'PUT' })
  await rest(`${at}/triggers`, { body: { type: 'object', bucket: 'inbox', prefix: 'in/' } })
  await rest(`${url}/buckets/inbox/objects/in/report.txt`, { method: 'PUT', body: 'a report' })
  for (const name of ['Ada', 'Grace', 'Edsger']) {
    await rest(`${at}/invocations`, { body: { name } })
    await rest(`${at}/invocations`, { body: { name }, headers })
  }
  const { body } = await rest<{ id: string }>(`${at}/invocations`, {
    body: { name: 'Barbara' },
    headers,
  })
  await eventually('the invocations have ended', async () => {
    const found = await rest<{ state: string }>(`${url}/invocations/${body.id}`)
    const dead = await rest<{ invocations: unknown[] }>(`${url}/functions/broken/dead-letters`)
    return found.body.state === 'succeeded' && dead.body.invocations[0] ? found : undefined
  })
  return body.id
}

/** So that there is an answer to be looked at. */
async function callIt(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Call', exact: true }).click()
  await page.getByRole('log').getByText('REPORT').waitFor()
}

interface Violation {
  id: string
  impact: string
  help: string
  nodes: { html: string; failureSummary: string }[]
}

/** What axe finds that keeps somebody out, each in a line. */
async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
    )
}

for (const { name: view, ...shown } of VIEWS) {
  t.test(`Each page can be read and used by all, ${view}`, { skip }, async (t) => {
    const { page, problems } = await openPage(t, shown)
    for (const [name, path, there] of PAGES) {
      await page.goto(`/console/${path}`)
      await page.locator('#content').getByText(there).first().waitFor()
      if (name === 'test') await callIt(page)
      // Its stream is never idle.
      if (name !== 'logs') await page.waitForLoadState('networkidle').catch(() => undefined)
      await screenshot(page, `${name}-${view}`)
      t.same(await seriousFindings(page), [], name)
      const isWider = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
      t.equal(await page.locator('.failure, .note').count(), 0, `${name} tells of no failure`)
      t.notOk(isWider, `${name} fits the width of the window`)
    }
    t.same(problems, [])
  })
}

t.test('The whole way to a call is walked by keyboard', { skip }, async (t) => {
  const { page, problems } = await openPage(t)
  await page.goto('/console')
  await page.getByRole('link', { name: 'greeter' }).waitFor()
  await page.keyboard.press('Tab')
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content')
  await page.keyboard.press('Enter')
  await press(page, 'greeter')
  await page.getByRole('heading', { name: 'greeter' }).waitFor()
  await press(page, 'Test')
  await page.getByRole('button', { name: 'Call', exact: true }).waitFor()
  await press(page, 'Call')
  await page.getByRole('region', { name: 'Answer' }).waitFor()
  t.same(problems, [])
})

/** Goes on by Tab to what is named so, and presses it. An editor takes Tab for itself, but after Escape. */
async function press(page: Page, name: string): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    if ((await page.evaluate('document.activeElement.textContent')) === name) {
      await page.keyboard.press('Enter')
      return
    }
  }
  throw new Error(`Nothing named "${name}" is reached by ${STEPS_MAX} steps of the keyboard`)
}

t.test('Colours follow the switch, also after a reload', { skip }, async (t) => {
  const { page } = await openPage(t)
  await page.goto('/console')
  const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  const light = await ground()
  await page.getByLabel('Colours').selectOption('dark')
  const dark = await ground()
  t.not(dark, light)
  await page.reload()
  await page.getByLabel('Colours').waitFor()
  t.equal(await ground(), dark)
})
