import t from 'tap'
import { readClientSettings } from '../../cli/settings.ts'

t.test('the address may end in a slash, and must be one', async (t) => {
  t.same(readClientSettings({ HEARTH_URL: 'http://a:1/', HEARTH_API_KEY: '' }), {
    url: 'http://a:1',
    apiKey: undefined,
  })
  t.match(readClientSettings({}), { url: 'http://127.0.0.1:4327' })
  t.throws(() => readClientSettings({ HEARTH_URL: 'localhost:4327' }), { name: 'Problem' })
})
