import t from 'tap'
import { makeZip } from '../../../core/functions/zip.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const { call, create } = await startGateway(t)
const files = { 'nodejs/node_modules/tool/index.js': 'module.exports = 1' }
const publish = (name: string, json: object) => call(`POST /layers/${name}/versions`, { json })

t.test('layers are published as files, as a zip and as a form', async (t) => {
  const said = { description: 'd', compatibleRuntimes: ['nodejs24.x'], licenseInfo: 'MIT' }
  const first = await publish('tool', { files, ...said })
  t.equal(first.status, 201)
  t.equal(first.headers.location, '/layers/tool/versions/1')
  t.match(first.body, { arn: /:layer:tool:1$/, name: 'tool', version: 1, ...said })
  const zip = await makeZip(files)
  t.match((await publish('tool', { zip: zip.toString('base64') })).body, {
    version: 2,
    codeSha256: first.body.codeSha256,
  })
  const raw = await call('POST /layers/tool/versions', {
    payload: zip,
    headers: { 'content-type': 'application/zip' },
  })
  t.match(raw.body, { version: 3, codeSha256: first.body.codeSha256 })
  const form = new FormData()
  form.set('licenseInfo', 'MIT')
  form.set('code', new Blob([new Uint8Array(zip)]), 'layer.zip')
  const request = new Request('http://127.0.0.1', { method: 'POST', body: form })
  const sent = await call('POST /layers/tool/versions', {
    payload: Buffer.from(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
  })
  t.match(sent, { status: 201, body: { version: 4, licenseInfo: 'MIT' } })
})

t.test('they are listed by pages, shown and deleted', async (t) => {
  for (const name of ['a', 'b', 'c']) await publish(name, { files })
  const all: string[] = []
  let cursor: string | undefined
  do {
    const at = cursor === undefined ? '' : `&cursor=${cursor}`
    const { body } = await call(`GET /layers?limit=2${at}`)
    all.push(...body.layers.map(({ name }: { name: string }) => name))
    cursor = body.cursor
  } while (cursor !== undefined)
  t.strictSame(all, ['a', 'b', 'c', 'tool'])
  t.match((await call('GET /layers?runtime=nodejs24.x')).body.layers, [
    { name: 'tool', version: 1 },
  ])
  const page = await call('GET /layers/tool/versions?limit=3')
  t.match(page.body, { versions: [{ version: 4 }, { version: 3 }, { version: 2 }], cursor: '2' })
  t.match((await call('GET /layers/tool/versions?cursor=2')).body.versions, [{ version: 1 }])
  t.match((await call('GET /layers/tool/versions/1')).body, { version: 1, licenseInfo: 'MIT' })

  t.equal(
    (await create('user', { layers: [(await call('GET /layers/a/versions/1')).body.arn] })).status,
    201,
  )
  t.equal((await call('DELETE /layers/a/versions/1')).status, 204)
  t.match(await call('DELETE /layers/a/versions/1'), {
    status: 404,
    body: { error: { code: 'LayerNotFound', message: /layer:a:1/ } },
  })
  t.match((await call('GET /functions/user')).body.layers, [{ arn: /:a:1$/, codeSha256: /=$/ }])
  t.match(await create('late', { layers: ['arn:aws:lambda:us-east-1:000000000000:layer:a:1'] }), {
    status: 404,
    body: { error: { code: 'LayerNotFound' } },
  })
})

t.test('what is no layer is refused', async (t) => {
  t.match(await publish('bad', {}), { status: 400, body: { error: { message: /exactly one/ } } })
  t.match(await publish('bad', { zip: 'bm8=' }), { status: 400 })
  t.match(await publish('bad', { files, runtime: 'x' }), { status: 400 })
  t.match(await publish('b:d', { files }), { status: 400 })
  t.match(await call('GET /layers/tool/versions/0'), { status: 400 })
})
