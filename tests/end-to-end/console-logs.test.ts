import t from 'tap'
import { openStage } from '../fixtures/console.ts'
import { Functions } from '../fixtures/functions.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const { skip, url, platform, openPage } = await openStage(t, { POOL_GENERIC: '1' })
const functions = new Functions(url)

const CHATTY = 'export const handler = async (e) => console.log("said", e.word)'
/** No faster than lines are written: the platform drops what comes at once by the thousand. */
const BUSY = `export const handler = async ({ from, lines }) => {
  for (let n = 1; n <= lines; n += 1) {
    console.log("line", from + n)
    if (n % 200 === 0) await new Promise((done) => setTimeout(done, 150))
  }
}`

t.test(
  'What a function prints appears as it is written, also after a pause',
  { skip },
  async (t) => {
    await functions.create('chatty', CHATTY)
    await functions.call('chatty', { word: 'before' })
    const { page, problems } = await openPage(t)
    await page.goto('/console/functions/chatty/logs')
    await page.getByText('● Live').waitFor()
    const log = page.getByRole('log')
    await log.getByText('said before').waitFor()
    await functions.call('chatty', { word: 'swordfish' })
    await log.getByText('said swordfish').waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused').waitFor()
    await functions.call('chatty', { word: 'meanwhile' })
    t.equal(await log.getByText('said meanwhile').count(), 0)
    await page.getByRole('button', { name: 'Follow' }).click()
    await log.getByText('said meanwhile').waitFor()
    for (const word of ['before', 'swordfish', 'meanwhile']) {
      t.equal(await log.getByText(`said ${word}`).count(), 1, `${word} comes once`)
    }
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('No lines yet').waitFor()
    await functions.call('chatty', { word: 'afterwards' })
    await log.getByText('said afterwards').waitFor()
    t.equal(await log.getByText('said before').count(), 0)
    t.same(problems, [])
  },
)

t.test(
  'A busy log is followed past its bound, unless somebody has scrolled up',
  { skip },
  async (t) => {
    await functions.create('busy', BUSY, { timeoutSeconds: 30 })
    const { page, problems } = await openPage(t)
    await page.goto('/console/functions/busy/logs')
    await page.getByText('● Live').waitFor()
    // A browser with other work: lines come between a scroll and the word of it.
    await page.evaluate(
      'setInterval(() => { for (const since = performance.now(); performance.now() - since < 60; ); }, 70)',
    )
    await functions.call('busy', { from: 0, lines: 2500 })
    const log = page.getByRole('log')
    await log.getByText(/line 2500$/).waitFor()
    t.equal(await log.getByText(/line 1$/).count(), 0)
    await functions.call('busy', { from: 2500, lines: 100 })
    const fromEnd =
      '(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector(".log"))'
    await log.getByText(/line 2600$/).waitFor()
    await eventually(
      'its end is in view',
      async () => Number(await page.evaluate(fromEnd)) < 20 || undefined,
    )
    await page.evaluate('document.querySelector(".log").scrollTop = 100')
    await functions.call('busy', { from: 2600, lines: 10 })
    await log.getByText(/line 2610$/).waitFor()
    t.ok(Number(await page.evaluate(fromEnd)) > 1000, 'it stays where it is read')
    t.same(problems, [])
  },
)

t.test('A filter that is no invocation is told, and left again', { skip }, async (t) => {
  await functions.create('filtered', CHATTY)
  const { headers } = await functions.call('filtered', { word: 'one' })
  await functions.call('filtered', { word: 'two' })
  const { page } = await openPage(t)
  await page.goto('/console/functions/filtered/logs')
  await page.getByRole('log').getByText('said two').waitFor()
  await page.getByLabel('Invocation').fill('no such/thing')
  await page.getByText('✕ Not live').waitFor()
  await page
    .getByRole('alert')
    .getByText(/invocation/)
    .waitFor()
  await page.getByLabel('Invocation').fill(headers.get('x-invocation-id') ?? '')
  await page.getByText('● Live').waitFor()
  await page.getByRole('log').getByText('said one').waitFor()
  t.equal(await page.getByRole('log').getByText('said two').count(), 0)
})

t.test(
  'A platform that goes away and comes back is followed on, nothing lost or twice',
  { skip },
  async (t) => {
    await functions.create('lasting', CHATTY)
    await functions.call('lasting', { word: 'first' })
    const { page } = await openPage(t)
    await page.goto('/console/functions/lasting/logs')
    const log = page.getByRole('log')
    await page.getByText('● Live').waitFor()
    await log.getByText('said first').waitFor()
    const second = await openPage(t)
    await second.page.goto('/console/sandboxes')
    await second.page.getByRole('cell', { name: /lasting/ }).waitFor()

    await platform.end()
    await page.getByText('The connection broke').waitFor()
    await log.getByText('said first').waitFor()
    await second.page.getByRole('alert').getByText('The platform cannot be reached').waitFor()
    await second.page.getByRole('cell', { name: /lasting/ }).waitFor()

    await platform.start()
    await rest(`${url}/functions/lasting/invocations`, { body: { word: 'second' } })
    await page.getByText('● Live').waitFor()
    await log.getByText('said second').waitFor()
    t.equal(await log.getByText('said first').count(), 1)
    t.equal(await log.getByText('said second').count(), 1)
    await second.page.getByRole('alert').waitFor({ state: 'detached' })
  },
)

t.test('An invocation that runs long is read to the end of its log', { skip }, async (t) => {
  const source =
    'export const handler = async () => { console.log("begins"); await new Promise((done) => setTimeout(done, 8000)); console.log("ends") }'
  await functions.create('long', source, { timeoutSeconds: 20 })
  const id = await functions.accept('long')
  const { page } = await openPage(t)
  await page.goto(`/console/functions/long/invocations/${id}`)
  await page.getByRole('log').getByText('begins').waitFor()
  await page.getByRole('log').getByText('ends').waitFor()
  await page.getByRole('log').getByText('REPORT').waitFor()
  t.pass('its last line is there')
})
