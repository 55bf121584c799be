import t from 'tap'
import { openStage } from '../fixtures/console.ts'
import { Functions } from '../fixtures/functions.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const { skip, url, openPage } = await openStage(t, { POOL_GENERIC: '1' })
const functions = new Functions(url)

async function keysOf(bucket: string): Promise<string[]> {
  const { body } = await rest<{ objects: { key: string }[] }>(`${url}/buckets/${bucket}/objects`)
  return body.objects.map(({ key }) => key)
}

t.test('A bucket is made, a file put twice, downloaded and removed', { skip }, async (t) => {
  const { page, problems } = await openPage(t)
  await page.goto('/console/storage')
  await page.getByLabel('New bucket').fill('letters')
  await page.getByRole('button', { name: 'Make it' }).click()
  await page.getByText('letters is there').waitFor()
  await page.getByRole('link', { name: 'letters' }).click()
  await page.getByText('This bucket is empty').waitFor()
  await page.getByText('No function runs for its objects').waitFor()

  const file = { name: 'a note.txt', mimeType: 'text/plain', buffer: Buffer.from('once') }
  await page.getByLabel('Key begins with').fill('in/')
  await page.getByLabel('Put a file').setInputFiles(file)
  await page.getByText('Put in/a note.txt').waitFor()
  t.same(await keysOf('letters'), ['in/a note.txt'])
  await page.getByLabel('Put a file').setInputFiles({ ...file, buffer: Buffer.from('twice') })
  const read = async () =>
    (await rest(`${url}/buckets/letters/objects/in/a%20note.txt`)).text === 'twice' || undefined
  await eventually('the second one', read)
  t.equal(await page.getByLabel('Put a file').inputValue(), '', 'the same can be chosen again')

  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'in/a note.txt' }).click()
  t.equal((await download).suggestedFilename(), 'a note.txt')

  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Remove it?').waitFor()
  await page.getByRole('button', { name: 'Keep' }).click()
  t.same(await keysOf('letters'), ['in/a note.txt'])
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Removed in/a note.txt').waitFor()
  t.same(await keysOf('letters'), [])

  await page.getByLabel('Key begins with').fill('in/../')
  await page.getByLabel('Put a file').setInputFiles(file)
  await page.getByText('takes "." and ".." out of addresses').waitFor()
  t.same(await keysOf('letters'), [], 'and not into another place')
  t.same(problems, [])
})

t.test(
  'Many objects are gone through page by page, and narrowed by their beginning',
  { skip },
  async (t) => {
    await rest(`${url}/buckets/many`, { method: 'PUT' })
    for (let n = 100; n < 230; n += 1) {
      await rest(`${url}/buckets/many/objects/key-${n}`, { method: 'PUT', body: 'x' })
    }
    const { page, problems } = await openPage(t)
    await page.goto('/console/storage/many')
    await page.getByText('key-100').waitFor()
    t.equal(await page.getByText('key-200').count(), 0)
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('key-229').waitFor()
    t.equal(await page.getByText('key-100').count(), 0)
    t.ok(await page.getByRole('button', { name: 'Next' }).isDisabled())
    await page.getByRole('button', { name: 'Previous' }).click()
    await page.getByText('key-100').waitFor()
    await page.getByLabel('Key begins with').fill('key-22')
    await eventually('the ten', async () =>
      (await page.getByText(/^key-/).count()) === 10 ? 1 : undefined,
    )
    t.same(problems, [])
  },
)

t.test('A rule of a bucket shows what it has run for', { skip }, async (t) => {
  await rest(`${url}/buckets/watched`, { method: 'PUT' })
  await functions.create(
    'watcher',
    'export const handler = async () => { throw new RangeError("no") }',
  )
  await rest(`${url}/functions/watcher/async-configuration`, {
    method: 'PUT',
    body: { maximumRetryAttempts: 0 },
  })
  await rest(`${url}/functions/watcher/triggers`, {
    body: { type: 'object', bucket: 'watched', suffix: '.txt' },
  })
  const { page, problems } = await openPage(t)
  await page.goto('/console/storage/watched')
  const rule = page.getByRole('row', { name: /watcher/ })
  await rule.getByText('*.txt').waitFor()
  await rest(`${url}/buckets/watched/objects/a.txt`, { method: 'PUT', body: 'x' })
  await rule.getByText('✕ failed').waitFor()
  await rule.getByText('RangeError').waitFor()
  await rule.getByRole('link', { name: /now|ago/ }).click()
  await page.getByText('caused by object').waitFor()
  t.same(problems, [])
})
