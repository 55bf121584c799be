import { createHmac } from 'node:crypto'
import t from 'tap'
import { signingKey } from '../../../gateway/signature/signing-keys.ts'
import { KEY } from '../../fixtures/signing.ts'

const key = { ...KEY, statements: [] }
const scope = { day: '20261126', region: 'us-east-1', service: 'lambda' }

t.test('a key is the one that AWS derives, also after many other scopes', async (t) => {
  const mac = (secret: string | Buffer, text: string) =>
    createHmac('sha256', secret).update(text).digest()
  const expected = (region: string) =>
    mac(mac(mac(mac(`AWS4${KEY.secretAccessKey}`, '20261126'), region), 'lambda'), 'aws4_request')
  const regions = Array.from({ length: 100 }, (_, index) => `eu-${index}`)
  for (const region of ['us-east-1', ...regions, 'us-east-1']) {
    t.same(signingKey(key, { ...scope, region }).export(), expected(region), region)
  }
})

t.test('a scope is derived once, and every secret has its own', async (t) => {
  t.equal(signingKey(key, scope), signingKey(key, { ...scope }))
  const other = { ...key, secretAccessKey: 'another secret of that length' }
  t.notSame(signingKey(other, scope).export(), signingKey(key, scope).export())
  t.notSame(
    signingKey(key, { ...scope, day: '20261127' }).export(),
    signingKey(key, scope).export(),
  )
})
