import t from 'tap'
import { openStage } from '../fixtures/console.ts'
import { Functions } from '../fixtures/functions.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const { skip, url, openPage } = await openStage(t, { POOL_GENERIC: '1', RETRY_DELAY_SECONDS: '0' })
const functions = new Functions(url)

const FAILING = 'export const handler = async () => { throw new Error("not yet") }'

/** A function with as many dead letters, by their orders from 1. */
async function letters(name: string, count: number): Promise<string[]> {
  await functions.create(name, FAILING)
  const configuration = { maximumRetryAttempts: 0 }
  await rest(`${url}/functions/${name}/async-configuration`, { method: 'PUT', body: configuration })
  const ids: string[] = []
  for (let order = 1; order <= count; order += 1) ids.push(await functions.accept(name, { order }))
  await eventually(`${count} dead letters`, async () =>
    (await left(name)) === count ? 1 : undefined,
  )
  return ids
}

async function left(name: string): Promise<number> {
  const { body } = await rest<{ queues: { target: string; deadLetters: number }[] }>(
    `${url}/queues?limit=100`,
  )
  return body.queues.find(({ target }) => target === name)?.deadLetters ?? 0
}

t.test('A dead letter is read, redriven, and ends well', { skip }, async (t) => {
  await letters('flaky', 1)
  const source = 'export const handler = async (event) => event.order'
  await rest(`${url}/functions/flaky/code`, { method: 'PUT', body: { source } })

  const { page, problems } = await openPage(t)
  await page.goto('/console/queue')
  await page.getByLabel('Of', { exact: true }).selectOption('flaky')
  await page.getByText('not yet').waitFor()
  await page.getByRole('button', { name: 'Event' }).click()
  await page.getByText('"order": 1').waitFor()
  await page.getByRole('button', { name: 'Redrive', exact: true }).click()
  await page.getByText('flaky has no dead letters').waitFor()
  await eventually('the redriven invocation ends', async () => {
    const found = await rest<{ invocations: { state: string; cause: { kind: string } }[] }>(
      `${url}/functions/flaky/invocations`,
    )
    const redriven = found.body.invocations.find(({ cause }) => cause.kind === 'redrive')
    return redriven?.state === 'succeeded' ? redriven : undefined
  })
  t.same(problems, [])
})

t.test('What is forgotten is what was asked about, whatever else comes', { skip }, async (t) => {
  await letters('asked', 2)
  const { page, problems } = await openPage(t)
  await page.goto('/console/queue')
  await page.getByRole('button', { name: 'Purge all' }).click()
  await page.getByText('Forget all dead letters of asked?').waitFor()
  await letters('more', 3)
  // It has the most now, and is read: the question stays.
  await page.getByRole('cell', { name: 'more' }).waitFor()
  await page.getByText('Forget all dead letters of asked?').waitFor()
  await page.getByRole('button', { name: 'Purge', exact: true }).first().click()
  await page.getByText('2 forgotten').waitFor()
  t.same([await left('asked'), await left('more')], [0, 3])

  await page.getByLabel('Of', { exact: true }).selectOption('more')
  await page.getByRole('button', { name: 'Purge all' }).click()
  await page.getByText('Forget all dead letters of more?').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Purge all' }).waitFor()
  t.equal(await left('more'), 3, 'the keyboard is on the answer that keeps them')
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Purge all')
  await page.getByRole('button', { name: 'Redrive all' }).click()
  await page.getByText('3 taken up again').waitFor()
  t.same(problems, [])
})

t.test('Many dead letters are gone through page by page, by keyboard', { skip }, async (t) => {
  await letters('paged', 60)
  const { page, problems } = await openPage(t)
  await page.goto('/console/queue')
  await page.getByLabel('Of', { exact: true }).selectOption('paged')
  const shown = page.getByRole('button', { name: 'Event' })
  await eventually('the first page', async () => ((await shown.count()) === 50 ? 1 : undefined))
  await page.getByRole('button', { name: 'Older' }).focus()
  await page.keyboard.press('Enter')
  await eventually('the second page', async () => ((await shown.count()) === 10 ? 1 : undefined))
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Older')
  await page.getByRole('button', { name: 'Newer' }).click()
  await eventually('the first again', async () => ((await shown.count()) === 50 ? 1 : undefined))
  t.same(problems, [])
})

t.test('A failed invocation is redriven and replayed from its page', { skip }, async (t) => {
  const [id] = await letters('mended', 1)
  const source = 'export const handler = async (event) => event.order'
  await rest(`${url}/functions/mended/code`, { method: 'PUT', body: { source } })
  const { page, problems } = await openPage(t)
  const at = `/console/functions/mended/invocations/${id}`
  await page.goto(at)
  await page.getByRole('button', { name: 'Replay' }).click()
  await page.getByText('caused by replay').waitFor()
  await page.getByText('● succeeded').first().waitFor()
  await page.getByText('It cannot be replayed, without its event').waitFor()
  await page.goto(at)
  await page.getByRole('button', { name: 'Redrive' }).click()
  await page.getByText('caused by redrive').waitFor()
  await page.getByText('● succeeded').first().waitFor()
  await page.goto(at)
  await page.getByRole('link', { name: 'It was taken up again' }).waitFor()
  t.equal(await page.getByRole('button', { name: 'Redrive' }).count(), 0)
  t.same(problems, [])
})

t.test('What waits is cancelled from its page', { skip }, async (t) => {
  await functions.create('waiting', 'export const handler = async () => 1', {
    reservedConcurrency: 0,
  })
  const id = await functions.accept('waiting')
  const { page, problems } = await openPage(t)
  await page.goto(`/console/functions/waiting/invocations/${id}`)
  await page.getByRole('button', { name: 'Cancel it' }).click()
  await page.getByText('Take it out of the queue?').waitFor()
  await page.getByRole('button', { name: 'Cancel it' }).click()
  await page.getByText('✓ Cancelled').waitFor()
  await page.getByText('– cancelled').first().waitFor()
  t.equal((await functions.look(id)).state, 'cancelled')
  t.same(problems, [])
})

t.test('The board of turns opens from the queue, whole', { skip }, async (t) => {
  const { page, problems } = await openPage(t)
  await page.goto('/console/queue')
  await page.getByRole('link', { name: 'Turns in BullMQ' }).click()
  await page.getByText('Hearth: turns').first().waitFor()
  await page
    .getByText(/waiting/i)
    .first()
    .waitFor()
  t.same(problems, [])
})
