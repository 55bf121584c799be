import t, { type Test } from 'tap'
import { fromBufferPromise } from 'yauzl'
import {
  SECRET_BYTES_MAX,
  SECRETS_BYTES_MAX,
  SECRETS_MAX,
  secretMistake,
} from '../../../core/functions/secret.ts'
import { keys } from '../../../core/keys.ts'
import { EXIT_PORTS, exitEnvironment } from '../../../runtime-image/egress/exits.ts'
import { commonEnvironment, functionEnvironment } from '../../../runtime-image/environment.ts'
import { layoutOf } from '../../../runtime-image/layout.ts'
import { backUp, restore } from '../../fixtures/backups.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const VALUE = 'never-to-be-seen-4711'

async function withSecret(t: Test) {
  const gateway = await startGateway(t)
  await gateway.create('f')
  const put = (name: string, value: unknown = VALUE) =>
    gateway.call(`PUT /functions/f/secrets/${name}`, { json: { value } })
  t.equal((await put('TOKEN')).status, 200)
  return { ...gateway, put }
}

const invalid = (message: RegExp) => ({
  status: 400,
  body: { error: { code: 'InvalidRequest', message } },
})

t.test('a secret is set, listed by its name, changed and deleted', async (t) => {
  const { call, put, link, parts } = await withSecret(t)
  t.match(await put('TOKEN', 'other'), { status: 200, body: { name: 'TOKEN', updatedAt: String } })
  await put('ALSO')
  t.match((await call('GET /functions/f/secrets')).body, {
    secrets: [{ name: 'ALSO' }, { name: 'TOKEN', updatedAt: String }],
  })
  t.strictSame((await parts.secrets.open('f')).values, { ALSO: VALUE, TOKEN: 'other' })
  link.announced.length = 0
  t.equal((await call('DELETE /functions/f/secrets/TOKEN')).status, 204)
  t.strictSame(link.announced, ['f'], 'every scheduler has heard of it')
  t.match((await call('GET /functions/f/secrets')).body, { secrets: [{ name: 'ALSO' }] })
  t.match(await call('DELETE /functions/f/secrets/TOKEN'), {
    status: 404,
    body: { error: { code: 'SecretNotFound' } },
  })
})

t.test('its value is in no answer, and nowhere in Redis', async (t) => {
  const { app, call, redis, put } = await withSecret(t)
  await call('POST /functions/f/versions', { json: {} })
  const answers = [
    await put('TOKEN'),
    await call('GET /functions/f/secrets'),
    await call('GET /functions/f'),
    await call('GET /functions/f/versions'),
    await call('GET /functions'),
    await call('GET /2015-03-31/functions/f/configuration'),
    await call('GET /openapi.json'),
    await call('POST /secrets/rotation'),
  ]
  for (const { status, text, headers } of answers) {
    t.equal(status, 200)
    t.notMatch(text + JSON.stringify(headers), VALUE)
  }
  for (const key of await redis.redis.keys('*')) {
    t.notMatch((await redis.redis.dumpBuffer(key))?.toString('latin1'), VALUE, key)
  }
  t.ok(app)
})

t.test('what is wrong with a request is told without the value', async (t) => {
  const { call, put } = await withSecret(t)
  const sendings = [
    await put('TOKEN', { nested: VALUE }),
    await put('TOKEN', `${VALUE}\0`),
    await put('TOKEN', VALUE.repeat(1000)),
    await put('PATH'),
    await call('PUT /functions/nobody/secrets/TOKEN', { json: { value: VALUE } }),
    await call('PUT /functions/f/secrets/TOKEN', { json: { value: VALUE, also: VALUE } }),
    await call('PUT /functions/f/secrets/TOKEN', {
      payload: `{"value": ${VALUE}}`,
      headers: { 'content-type': 'application/json' },
    }),
    await call('PUT /functions/f/secrets/TOKEN', {
      payload: VALUE,
      headers: { 'content-type': 'text/plain' },
    }),
  ]
  for (const { status, text } of sendings) {
    t.ok(status >= 400 && status < 500, `${status}`)
    t.notMatch(text, VALUE)
  }
})

t.test('a name that the environment has is refused, and so is the other way round', async (t) => {
  const { call, create, put } = await withSecret(t)
  await call('PATCH /functions/f', { json: { environment: { PLAIN: 'x' } } })
  t.match(await put('PLAIN'), invalid(/"PLAIN" is a variable in the environment/))
  const change = { json: { environment: { TOKEN: 'x' } } }
  const refused = invalid(/environment "TOKEN" is a secret of the function: delete the secret/)
  t.match(await call('PATCH /functions/f', change), refused)
  const path = '/2015-03-31/functions/f/configuration'
  t.match(await call(`PUT ${path}`, { json: { Environment: { Variables: { TOKEN: 'x' } } } }), {
    status: 400,
    body: { message: /environment "TOKEN" is a secret/ },
  })
  t.strictSame((await call('GET /functions/f')).body.environment, { PLAIN: 'x' })
  t.equal((await create('g', { environment: { TOKEN: 'x' } })).status, 201, 'of another function')
})

t.test('a name that the platform sets itself is refused', async (t) => {
  const { put } = await withSecret(t)
  const init = { functionName: 'f', functionVersion: '1', handler: 'a.b', memoryMb: 1 }
  const own = {
    ...commonEnvironment(layoutOf()),
    ...functionEnvironment({ ...init, type: 'init', environment: {} } as never, layoutOf()),
    ...exitEnvironment({ address: '127.0.0.1', egress: 'public', ports: EXIT_PORTS } as never),
    AWS_ACCESS_KEY_ID: '',
    AWS_SESSION_TOKEN: '',
    NODE_OPTIONS: '',
  }
  for (const name of Object.keys(own)) t.ok(secretMistake(name, ''), name)
  t.match(await put('AWS_SECRET_ACCESS_KEY'), invalid(/is reserved/))
  t.match(await put('NODE_OPTIONS'), invalid(/read when a container starts/))
  t.match(await put('A'), { status: 400 })
  t.match(await put('__proto__'), { status: 400 })
})

t.test('there is an end to how many and how large they are', async (t) => {
  const { put } = await withSecret(t)
  const largest = 'ä'.repeat(SECRET_BYTES_MAX / 2)
  t.equal((await put('TOKEN', largest)).status, 200)
  t.match(await put('TOKEN', `${largest}ä`), invalid(/8194 bytes; 8192 are allowed/))
  const fit = SECRETS_BYTES_MAX / SECRET_BYTES_MAX
  for (let n = 1; n < fit; n += 1) t.equal((await put(`LARGE_${n}`, largest)).status, 200)
  t.match(await put('ONE_MORE', 'x'), invalid(/more than 32768 bytes together/))
  t.equal((await put('TOKEN', 'small')).status, 200, 'one that takes less is taken')
  for (let n = fit; n < SECRETS_MAX; n += 1) t.equal((await put(`SMALL_${n}`, '')).status, 200)
  t.match(await put('ONE_MORE', ''), invalid(/has 50 secrets, which is the most/))
  t.equal((await put('TOKEN', 'again')).status, 200)
})

t.test('a function takes its secrets along', async (t) => {
  const { call, create, redis } = await withSecret(t)
  await call('DELETE /functions/f')
  t.equal(await redis.redis.exists(keys.secretsOf('f')), 0)
  t.equal(await redis.redis.exists(keys.secretFunctions), 0)
  t.match(await call('GET /functions/f/secrets'), { status: 404 })
  await create('f')
  t.strictSame((await call('GET /functions/f/secrets')).body, { secrets: [] })
})

t.test('a backup tells which secrets there were, and a restore which are missing', async (t) => {
  const from = await withSecret(t)
  await from.put('ALSO')
  const archive = await backUp(from)
  const zip = await fromBufferPromise(archive)
  for await (const entry of zip.eachEntry()) {
    const bytes = await (await zip.openReadStreamPromise(entry)).toArray()
    t.notMatch(Buffer.concat(bytes).toString('latin1'), VALUE, entry.fileName)
  }
  t.notMatch(archive.toString('latin1'), VALUE)

  const to = await startGateway(t)
  const missing = [
    { functionName: 'f', name: 'ALSO' },
    { functionName: 'f', name: 'TOKEN' },
  ]
  t.match(await restore(to, archive), { status: 200, body: { missingSecrets: missing } })
  await to.call('PUT /functions/f/secrets/TOKEN', { json: { value: 'new' } })
  const again = await restore(to, archive)
  t.match(again, { status: 200, body: { functions: [{ outcome: 'unchanged' }] } })
  t.strictSame(again.body.missingSecrets, [missing[0]])
  t.strictSame((await to.parts.secrets.open('f')).values, { TOKEN: 'new' }, 'those here stay')
})

t.test('a backup whose environment has the name of a secret here is refused', async (t) => {
  const from = await startGateway(t)
  await from.create('f', { environment: { TOKEN: 'x' } })
  const archive = await backUp(from)
  const to = await withSecret(t)
  t.match(await restore(to, archive, '?replace=true'), {
    status: 400,
    body: { error: { code: 'InvalidBackup', message: /"TOKEN" in its environment/ } },
  })
})

t.test('all secrets get a new key by one request', async (t) => {
  const { call, parts } = await withSecret(t)
  const before = parts.secretKeys.ids()
  const { status, body } = await call('POST /secrets/rotation')
  t.equal(status, 200)
  t.match(body, { resealed: 1, unreadable: [] })
  t.strictSame(parts.secretKeys.ids(), [body.key])
  t.notSame(before, [body.key])
  t.strictSame((await parts.secrets.open('f')).values, { TOKEN: VALUE })
})
