import t from 'tap'
import { openStage, writeCode } from '../fixtures/console.ts'

const KEY = 'hearth_0123456789abcdefghijklmnopqrstuvwxyz'

const { skip, openPage } = await openStage(t, { POOL_GENERIC: '1', HEARTH_API_KEY: KEY })

t.test(
  'With a key the console asks for it, keeps none of it, and lets out again',
  { skip },
  async (t) => {
    const { page, problems } = await openPage(t)
    await page.goto('/console/health')
    await page.getByLabel('API key').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('The key is not the one of this platform').waitFor()
    await page.getByLabel('API key').fill(KEY)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Health' }).waitFor()

    const seen = await page.evaluate('JSON.stringify([document.cookie, {...localStorage}])')
    t.notMatch(seen, /hearth_/)
    const [cookie] = await page.context().cookies()
    t.match(cookie, { httpOnly: true, sameSite: 'Strict' })
    t.notOk(cookie?.value.includes(KEY))

    await page.reload()
    await page.getByRole('heading', { name: 'Health' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    await page.reload()
    await page.getByLabel('API key').waitFor()
    t.same(problems, [])
  },
)

t.test('A session that has ended leads back to the way in', { skip }, async (t) => {
  const { page } = await openPage(t)
  await page.goto('/console')
  await page.getByLabel('API key').fill(KEY)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Functions' }).waitFor()
  await page.context().clearCookies()
  await page.getByRole('link', { name: 'Health' }).click()
  await page.getByLabel('API key').waitFor()
  t.pass('it asks again')
})

t.test('What was being written is still there after signing in again', { skip }, async (t) => {
  const { page, problems } = await openPage(t)
  const signIn = async () => {
    await page.getByLabel('API key').fill(KEY)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.goto('/console/new')
  await signIn()
  await writeCode(page, /index\.ts/, 'export const handler = async () => "kept"')
  await page.getByRole('textbox', { name: 'Name' }).fill('kept')
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByLabel('API key').waitFor()
  t.notOk(await page.getByRole('button', { name: 'Create' }).isVisible())
  await signIn()
  await page.locator('.cm-content').getByText('"kept"').waitFor()
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'kept' }).waitFor()
  t.same(problems, [])
})

t.test(
  'A sign-out that did not reach the platform is told, and changes nothing',
  { skip },
  async (t) => {
    const { page } = await openPage(t)
    await page.goto('/console')
    await page.getByLabel('API key').fill(KEY)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Functions' }).waitFor()
    await page.route('**/console/session', (route) => route.abort())
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('alert').getByText('The platform cannot be reached').waitFor()
    await page.getByRole('heading', { name: 'Functions' }).waitFor()
    t.equal((await page.context().cookies()).length, 1)
  },
)

t.test('A platform that is away when the page is opened is asked again', { skip }, async (t) => {
  const { page } = await openPage(t)
  await page.route('**/console/session', (route) => route.abort())
  await page.goto('/console')
  await page.getByRole('alert').getByText('The platform cannot be reached').waitFor()
  await page.unroute('**/console/session')
  await page.getByLabel('API key').waitFor()
  t.equal(await page.getByRole('alert').count(), 0)
})
