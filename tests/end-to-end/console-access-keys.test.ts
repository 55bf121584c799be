import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openStage } from '../fixtures/console.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const file = join(await temporaryFolder(t), 'keys.json')
const key = { accessKeyId: 'reader', secretAccessKey: '0123456789abcdef', statements: [] }
await writeFile(file, JSON.stringify({ keys: [key] }), { mode: 0o600 })

const { skip, openPage } = await openStage(t, { POOL_GENERIC: '1', ACCESS_KEYS_FILE: file })

t.test(
  'With access keys alone the console says that nobody can sign in, and why',
  { skip },
  async (t) => {
    const { page, problems } = await openPage(t)
    await page.goto('/console')
    await page.getByText('Set HEARTH_API_KEY as well').waitFor()
    t.equal(await page.getByLabel('API key').count(), 0)
    t.same(problems, [])
  },
)
