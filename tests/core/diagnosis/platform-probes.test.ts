import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runProbes } from '../../../core/diagnosis/check.ts'
import { platformProbes } from '../../../core/diagnosis/platform-probes.ts'
import { SecretKeys } from '../../../core/functions/secret-keys.ts'
import { SecretStore } from '../../../core/functions/secret-store.ts'
import { keys } from '../../../core/keys.ts'
import { readSettings } from '../../../core/settings.ts'
import { startRedis } from '../../fixtures/redis.ts'

const { redis, stop } = await startRedis()
t.teardown(() => stop())

t.test('secrets are looked at by their keys', async (t) => {
  const file = join(t.testdir({}), 'secret-keys.json')
  const secretKeys = new SecretKeys(file)
  const secrets = new SecretStore(redis, secretKeys)
  const look = async (of = secretKeys) => {
    const probes = platformProbes(readSettings({}), { secrets, secretKeys: of })
    return (await runProbes(probes)).find(({ name }) => name === 'keys of secrets')
  }
  t.match(await look(), { state: 'ok', found: 'Secrets, all of which can be read: 0' })

  await redis.hset(keys.functions, 'f', JSON.stringify({ name: 'f', environment: {} }))
  await secrets.put({ functionName: 'f', name: 'TOKEN' }, 'x')
  t.match(await look(), { state: 'ok', found: 'Secrets, all of which can be read: 1' })

  await secrets.setCurrentKey(secretKeys.add())
  await secrets.put({ functionName: 'f', name: 'ALSO' }, 'x')
  t.match(await look(), { state: 'warning', remedy: /rotation/ })

  rmSync(file)
  t.match(await look(new SecretKeys(file)), { state: 'failed', found: /the key file lacks/ })
})
