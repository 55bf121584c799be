import t from 'tap'
import { readClientSettings } from '../../cli/settings.ts'

t.test('the address may end in a slash, and must be one', async (t) => {
  const read = (HEARTH_URL?: string, url?: string) =>
    readClientSettings({ url }, { HEARTH_URL, HEARTH_API_KEY: '' })
  t.same(read('http://a:1/'), { url: 'http://a:1', apiKey: undefined })
  t.match(read(), { url: 'http://127.0.0.1:4327' })
  t.match(read('http://a:1', 'http://b:2'), { url: 'http://b:2' }, '--url goes first')
  t.throws(() => read('localhost:4327'), { name: 'Problem' })
})

t.test('what no request can carry is refused, and not shown', async (t) => {
  t.throws(() => readClientSettings({ url: 'http://u:pass@a' }, {}), {
    message: /^((?!pass@).)*a user name or a password$/,
  })
  t.throws(() => readClientSettings({}, { HEARTH_API_KEY: 'secret\nkey' }), {
    message: /^((?!secret).)*line break$/,
  })
})
