import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { startPlatform } from '../fixtures/platform.ts'
import { startRedis } from '../fixtures/redis.ts'
import { refusedStart } from '../fixtures/refused-start.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const run = promisify(execFile)

/** A start that fails says why in plain words, and leaves no process behind. */
async function checkRefused(
  t: Test,
  dataDir: string,
  expected: { environment?: Record<string, string>; says: RegExp },
): Promise<void> {
  const { environment = {}, says } = expected
  const { code, said } = await refusedStart({
    DATA_DIR: dataDir,
    POOL_GENERIC: '0',
    ...environment,
  })
  t.equal(code, 1)
  t.match(said, says)
  t.match(said, /^Hearth could not start\. /)
  t.notMatch(said, /^ +at /m, 'a sentence, and no trace')
  // pgrep ends with 1 where it found none.
  await t.rejects(run('pgrep', ['-f', dataDir]), { code: 1 }, 'nothing runs on')
}

t.test('a port that is taken', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port } = other.address() as { port: number }
  await checkRefused(t, await temporaryFolder(t, 'data'), {
    environment: { PORT: String(port) },
    says: new RegExp(`Port ${port} is taken: set PORT`),
  })
})

t.test('a data folder that cannot be written', async (t) => {
  const file = await temporaryFolder(t, 'file')
  writeFileSync(file, '')
  await checkRefused(t, join(file, 'data'), { says: /cannot be written.*set DATA_DIR/ })
})

t.test('a data folder with a damaged file', async (t) => {
  for (const name of ['secrets.json', 'platform.json']) {
    const dataDir = await temporaryFolder(t, 'data')
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, name), '{"half')
    await checkRefused(t, dataDir, { says: new RegExp(`${name}" is damaged: restore it`) })
  }
})

t.test('a Redis that nobody serves', async (t) => {
  // One that was free a moment ago may be another test's by now; on port 1 nobody listens.
  await checkRefused(t, await temporaryFolder(t, 'data'), {
    environment: { REDIS_URL: 'redis://127.0.0.1:1' },
    says: /Redis cannot be reached.*REDIS_URL.*ECONNREFUSED 127.0.0.1:1/s,
  })
})

t.test('settings with several mistakes', async (t) => {
  const environment = { PORT: 'x', HOST: '0.0.0.0' }
  const says = /PORT.*HOST=0\.0\.0\.0 .*HEARTH_API_KEY/
  await checkRefused(t, await temporaryFolder(t, 'data'), { environment, says })
})

t.test('a Redis that may lose what was accepted is told of, in words', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  await redis.redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  const platform = await startPlatform({ REDIS_URL: redis.url, POOL_GENERIC: '0' })
  t.teardown(() => platform.stop())
  t.match(platform.output(), /Warning: Redis has maxmemory-policy allkeys-lru: .*noeviction/)
  t.notMatch(platform.output(), /Redis has append/)
})

t.test('a Redis that has lost what the data folder was used with', async (t) => {
  const platform = await startPlatform({ POOL_GENERIC: '0' })
  t.teardown(() => platform.stop())
  await platform.end()
  await rm(join(platform.dataDir, 'redis'), { recursive: true })
  await checkRefused(t, platform.dataDir, {
    says: /Redis is empty, but this data folder was used .* remove .*redis-id/,
  })
})
