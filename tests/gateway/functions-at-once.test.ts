import t from 'tap'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import { deployChange } from '../../gateway/deployment.ts'
import { createUrl, deleteUrl, readUrl, updateUrl } from '../../gateway/functions/urls.ts'
import { publishVersion } from '../../gateway/functions/versions.ts'
import { startGateway } from '../fixtures/gateway.ts'

const gateway = await startGateway(t)
const { parts, create } = gateway
const of = { functionName: 'f' }
const CONFIGURATION = '/2015-03-31/functions/f/configuration'

t.beforeEach(async () => {
  await gateway.redis.redis.flushall()
  await create('f')
})

t.test('of what is published at once each has a number of its own, and stays', async (t) => {
  const published = await Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      await deployChange(parts, 'f', { timeoutSeconds: 10 + n })
      return publishVersion(parts, 'f', { description: String(n) })
    }),
  )
  const numbers = new Set(published.map(({ version }) => version))
  const { versions } = await parts.functions.listVersions('f', { limit: 100 })
  t.strictSame(
    versions.map(({ version }) => version),
    versions.map((_, index) => String(index + 1)),
  )
  for (const one of published) t.strictSame(await parts.functions.read('f', one.version), one)
  t.equal((await parts.functions.read('f')).lastVersion, versions.length)
  t.ok(numbers.size > 1)
})

t.test('a change beside a publication takes no number back', async (t) => {
  for (let round = 1; round <= 10; round += 1) {
    const [, version] = await Promise.all([
      deployChange(parts, 'f', { description: String(round) }),
      publishVersion(parts, 'f'),
      deployChange(parts, 'f', { timeoutSeconds: 10 + round }),
    ])
    t.strictSame(await parts.functions.read('f', version.version), version)
  }
})

t.test('of two configurations at once both hold', async (t) => {
  const put = (json: object) => gateway.call(`PUT ${CONFIGURATION}`, { json })
  const answers = await Promise.all([
    put({ TracingConfig: { Mode: 'Active' } }),
    put({ KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/1' }),
    put({ EphemeralStorage: { Size: 1024 } }),
  ])
  for (const { status } of answers) t.equal(status, 200)
  const { aws } = (await parts.functions.read('f')) as FunctionDefinition
  t.match(aws, { TracingConfig: { Mode: 'Active' }, KMSKeyArn: /key/, EphemeralStorage: {} })
})

t.test('an address that was taken away is not brought back by a change of it', async (t) => {
  for (let round = 0; round < 10; round += 1) {
    await createUrl(parts, of)
    const change = updateUrl(parts, of, { authType: 'AWS_IAM' }).catch(() => undefined)
    await Promise.all([change, deleteUrl(parts, of)])
    await t.rejects(readUrl(parts, of), { code: 'FunctionUrlNotFound' })
  }
})

t.test('of two changes of an address neither takes the other back', async (t) => {
  await createUrl(parts, of)
  await Promise.all([
    updateUrl(parts, of, { authType: 'AWS_IAM' }),
    updateUrl(parts, of, { invokeMode: 'RESPONSE_STREAM' }),
    updateUrl(parts, of, { cors: { AllowOrigins: ['*'] } }),
  ])
  t.match(await readUrl(parts, of), {
    authType: 'AWS_IAM',
    invokeMode: 'RESPONSE_STREAM',
    cors: { AllowOrigins: ['*'] },
  })
})
