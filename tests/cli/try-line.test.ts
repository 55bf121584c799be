import t from 'tap'
import { parseDeclaration, readDeclaration } from '../../cli/declaration.ts'
import { tryLine } from '../../cli/try-line.ts'

const settings = { url: 'http://127.0.0.1:4327', apiKey: undefined }

t.test('it makes the function run by the trigger that it has, with its sample', async (t) => {
  const of = async (folder: string) => tryLine(folder, await readDeclaration(folder), settings)
  t.equal(
    await of('functions/thumbnail'),
    'curl -T functions/thumbnail/sample/coffee.jpg http://127.0.0.1:4327/buckets/photos/objects/coffee.jpg',
  )
  t.equal(
    await of('functions/hello'),
    "curl -H 'content-type: application/json' -d @functions/hello/sample/event.json http://127.0.0.1:4327/functions/hello/invocations",
  )
  t.match(
    await of('functions/event-router'),
    /cloudevents\+json' -d @\S+order-placed.json \S+events$/,
  )
  t.match(await of('functions/digest'), /functions\/digest\/invocations$/)
})

t.test(
  'a folder without a sample is called with an empty event, and the key is not printed',
  async (t) => {
    const folder = t.testdir({})
    const declaration = parseDeclaration('{"name": "a"}', 'hearth.json')
    const line = await tryLine(folder, declaration, { ...settings, apiKey: 'a-secret-key' })
    t.match(line, `-H "Authorization: Bearer $HEARTH_API_KEY"`)
    t.match(line, `-d '{}'`)
    t.notMatch(line, 'a-secret-key')
  },
)

t.test('names that a shell would take apart are quoted', async (t) => {
  const folder = t.testdir({ sample: { "it's me.jpg": '', 'README.md': '' } })
  const text =
    '{"name": "a", "triggers": [{"type": "object", "bucket": "photos", "prefix": "in/"}]}'
  const line = await tryLine(folder, parseDeclaration(text, 'hearth.json'), settings)
  t.ok(
    line.endsWith(
      String.raw`sample/it'\''s me.jpg' ${settings.url}/buckets/photos/objects/in/it's%20me.jpg`,
    ),
    line,
  )
})
