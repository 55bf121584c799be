import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SecretKeys } from '../../../core/functions/secret-keys.ts'

const place = { functionName: 'f', name: 'TOKEN' }

function ring(t: Test): { file: string; secretKeys: SecretKeys; id: string } {
  const file = join(t.testdir({}), 'secret-keys.json')
  const secretKeys = new SecretKeys(file)
  const [id = ''] = secretKeys.ids()
  return { file, secretKeys, id }
}

t.test('the key file is made once, and its owner alone may read it', async (t) => {
  const { file, secretKeys, id } = ring(t)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.strictSame(new SecretKeys(file).ids(), [id])
  secretKeys.add()
  t.equal(statSync(file).mode & 0o777, 0o600, 'also after a change')
})

t.test('a sealed value is opened where it belongs, and nowhere else', async (t) => {
  const { secretKeys, id } = ring(t)
  const sealed = secretKeys.seal(id, place, 'grüße')
  t.equal(secretKeys.open(sealed, place), 'grüße')
  for (const other of [
    { ...place, functionName: 'g' },
    { ...place, name: 'OTHER' },
    { functionName: 'f","TOKEN', name: '' },
  ]) {
    t.throws(() => secretKeys.open(sealed, other), { code: 'SecretUnreadable', details: other })
  }
})

t.test('equal values do not look equal', async (t) => {
  const { secretKeys, id } = ring(t)
  t.not(secretKeys.seal(id, place, 'same').sealed, secretKeys.seal(id, place, 'same').sealed)
})

t.test('a value that was changed in any byte is not opened', async (t) => {
  const { secretKeys, id } = ring(t)
  const { sealed } = secretKeys.seal(id, place, 'value')
  const bytes = Buffer.from(sealed, 'base64')
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    const one = { key: id, sealed: changed.toString('base64') }
    t.throws(() => secretKeys.open(one, place), { code: 'SecretUnreadable' })
  }
  t.throws(() => secretKeys.open({ key: id, sealed: '' }, place), { code: 'SecretUnreadable' })
})

t.test('a key that another process has added is found', async (t) => {
  const { file, secretKeys } = ring(t)
  const other = new SecretKeys(file)
  const sealed = other.seal(other.add(), place, 'value')
  t.equal(secretKeys.open(sealed, place), 'value')
})

t.test('a key that is not there any more is named', async (t) => {
  const { secretKeys, id } = ring(t)
  const sealed = secretKeys.seal(id, place, 'value')
  secretKeys.keepOnly(new Set([secretKeys.add()]))
  t.throws(() => secretKeys.open(sealed, place), {
    code: 'SecretUnreadable',
    message: `Secret "TOKEN" of function "f" cannot be read: its key "${id}" is not in the key file`,
  })
})

t.test('a file that others may read, or that is damaged, is refused with the reason', async (t) => {
  const { file, id } = ring(t)
  chmodSync(file, 0o640)
  t.throws(() => new SecretKeys(file).has(id), {
    code: 'SecretKeysUnavailable',
    message: /others may read it: chmod 600/,
  })
  chmodSync(file, 0o600)
  const { keys } = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, `{"keys":[{"id":"${id}","key":"${keys[0].key}"`)
  const refused = t.throws(() => new SecretKeys(file).has(id), { code: 'SecretKeysUnavailable' })
  t.notMatch(String((refused as Error).stack), keys[0].key, 'and nothing of it is quoted')
})

t.test('keys are changed by one process at a time', async (t) => {
  const { file, secretKeys } = ring(t)
  await secretKeys.exclusively(async () => {
    const other = new SecretKeys(file).exclusively(async () => 'no')
    await t.rejects(other, { code: 'RotationUnderWay' })
  })
  t.equal(await secretKeys.exclusively(async () => 'free'), 'free')
})
