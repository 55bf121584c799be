import { createHash, createHmac, randomBytes } from 'node:crypto'
import t from 'tap'
import { OneShotSha256 } from '../../../gateway/signature/one-shot-sha256.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

t.test('hashes and HMACs are those of Node, whatever their lengths', async (t) => {
  for (const length of [0, 1, 31, 32, 63, 64, 65, 127, 128, 200]) {
    const data = randomBytes(length)
    const plain = new OneShotSha256()
    plain.update(data)
    t.equal(hex(await plain.digest()), createHash('sha256').update(data).digest('hex'))
    for (const secretLength of [0, 1, 32, 63, 64, 65, 300]) {
      const secret = randomBytes(secretLength)
      const keyed = new OneShotSha256(secret)
      keyed.update(data)
      const expected = createHmac('sha256', secret).update(data).digest('hex')
      t.equal(hex(await keyed.digest()), expected, `${secretLength} and ${length} bytes`)
    }
  }
})

t.test('text, views and pieces are taken as they are, and forgotten at a reset', async (t) => {
  const sum = new OneShotSha256('sécret')
  sum.update('forgotten')
  sum.reset()
  sum.update('grün')
  sum.update(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))
  sum.update(new Uint8Array([9]).buffer)
  const expected = createHmac('sha256', 'sécret')
    .update('grün')
    .update(Buffer.from([2, 3, 9]))
    .digest('hex')
  t.equal(hex(await sum.digest()), expected)
})
