import t from 'tap'
import { openStage } from '../fixtures/console.ts'
import { Functions } from '../fixtures/functions.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const { skip, url, openPage } = await openStage(t, { POOL_GENERIC: '2', RETRY_DELAY_SECONDS: '0' })
const functions = new Functions(url)

t.test('Invocations are found by filters, page by page', { skip }, async (t) => {
  const source =
    'export const handler = async ({ n }) => { if (n === 7) throw new RangeError("seven"); return n }'
  await functions.create('counted', source)
  await rest(`${url}/functions/counted/versions`, { body: {} })
  for (let n = 0; n < 60; n += 1) await functions.call('counted', { n })
  await rest(`${url}/functions/counted/invocations?qualifier=1`, { body: { n: 100 } })
  await eventually('all are recorded', async () => {
    const { body } = await rest<{ invocations: unknown[] }>(
      `${url}/functions/counted/invocations?limit=100`,
    )
    return body.invocations.length === 61 ? 1 : undefined
  })
  const { page, problems } = await openPage(t)
  await page.goto('/console/functions/counted/invocations')
  const rows = page.locator('tbody tr')
  const shows = (count: number) =>
    eventually(`${count} rows`, async () => ((await rows.count()) === count ? 1 : undefined))
  await shows(50)
  await page.getByRole('button', { name: 'Older' }).click()
  await shows(11)
  await page.getByLabel('State').selectOption('failed')
  await shows(1)
  await rows.getByText('RangeError').waitFor()
  await rows.getByText('request').waitFor()
  await page.getByLabel('State').selectOption('')
  await shows(50)
  await page.getByText('More filters').click()
  await page.getByLabel('Called by').fill('1')
  await shows(1)
  await page.getByLabel('Called by').fill('')
  await page.getByLabel('To', { exact: true }).fill('2020-01-31T09:30')
  await page.getByText('No invocation fits these filters').waitFor()
  await page.getByLabel('To', { exact: true }).fill('')
  await shows(50)
  t.same(problems, [])
})

t.test('A sandbox is killed after a question, and what runs in it fails', { skip }, async (t) => {
  const source = 'export const handler = async () => new Promise((done) => setTimeout(done, 60000))'
  await functions.create('sleeper', source, { timeoutSeconds: 90 })
  const running = functions.call('sleeper')
  const { page, problems } = await openPage(t)
  await page.goto('/console/sandboxes')
  const row = page.getByRole('row', { name: /sleeper/ })
  await row.getByText('▶ busy').waitFor()
  await row.getByRole('button', { name: 'Kill' }).click()
  await row.getByText('What runs in it fails.').waitFor()
  await row.getByRole('button', { name: 'Kill' }).click()
  await page.getByText(/Sandbox \S+ is gone/).waitFor()
  t.ok((await running).status >= 400)
  await row.waitFor({ state: 'detached' })
  t.same(problems, [])
})

t.test(
  'Answers that are slower than they are asked for are shown, one at a time',
  { skip },
  async (t) => {
    const { page, problems } = await openPage(t)
    let now = 0
    let most = 0
    await page.route('**/sandboxes', async (route) => {
      if (route.request().resourceType() !== 'fetch') return route.continue()
      now += 1
      most = Math.max(most, now)
      await new Promise((done) => setTimeout(done, 5000))
      now -= 1
      await route.continue().catch(() => undefined)
    })
    await page.goto('/console/sandboxes')
    await page.getByRole('cell', { name: 'generic' }).first().waitFor()
    t.equal(most, 1)
    t.same(problems, [])
  },
)

t.test(
  'A part that is shutting down, or an answer of another kind, is told in its place',
  { skip },
  async (t) => {
    const { page } = await openPage(t)
    const error = { code: 'ShuttingDown', message: 'The platform is shutting down' }
    await page.route('**/health/ready', (route) => route.fulfill({ status: 503, json: { error } }))
    await page.goto('/console/health')
    await page.getByRole('alert').getByText(error.message).waitFor()
    await page.getByRole('heading', { name: 'Container engine' }).waitFor()
    await page.route('**/health/ready', (route) => route.fulfill({ json: { state: 'odd' } }))
    await page.getByText('This page cannot be shown').waitFor()
    await page.getByRole('link', { name: 'Storage' }).click()
    await page.getByRole('heading', { name: 'Storage' }).waitFor()
    t.equal(await page.getByText('This page cannot be shown').count(), 0)
  },
)
