import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { connectRedis } from '../../core/redis/redis.ts'
import { type RedisServer, startRedisServer } from '../../platform/redis-server.ts'
import { readSetupResult } from '../../setup/setup-result.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { pidOfKilled } from './pid-of-killed.ts'

const MODULE = join(import.meta.dirname, '../../platform/redis-server.ts')
const log = pino({ level: 'silent' })
const { redis } = readSetupResult()
const program = redis.state === 'ready' ? redis.value : 'redis-server'

async function start(t: Test, directory: string): Promise<RedisServer> {
  const server = await startRedisServer({ program, directory, log })
  t.teardown(() => server.stop())
  return server
}

async function client(t: Test, url: string) {
  const redis = await connectRedis(url)
  t.teardown(() => redis.disconnect())
  return redis
}

/** A platform that was killed and has left its Redis behind. */
async function killedPlatform(directory: string): Promise<number> {
  const script = `
    import { pino } from 'pino'
    import { startRedisServer } from ${JSON.stringify(MODULE)}
    const options = ${JSON.stringify({ program, directory })}
    const server = await startRedisServer({ ...options, log: pino({ level: 'silent' }) })
    console.log(server.pid)
    setInterval(() => undefined, 1000)`
  return await pidOfKilled(script)
}

/** Resolves when there is no such process any more; a test that waits for ever fails. */
async function gone(pid: number): Promise<void> {
  while (spawnSync('kill', ['-0', `${pid}`]).status === 0) await wait(20)
}

t.test('it writes every answer to disk, drops nothing, and opens no port', async (t) => {
  const server = await start(t, await temporaryFolder(t, 'redis'))
  const redis = await client(t, server.url)
  const wanted = {
    appendonly: 'yes',
    appendfsync: 'always',
    'auto-aof-rewrite-min-size': '268435456',
    'maxmemory-policy': 'noeviction',
    save: '',
    port: '0',
  }
  for (const [name, value] of Object.entries(wanted)) {
    t.same(await redis.config('GET', name), [name, value])
  }
})

t.test('a path too long for a socket is no obstacle', async (t) => {
  const directory = await temporaryFolder(t, 'd'.repeat(60), 'e'.repeat(60))
  const server = await start(t, directory)
  const redis = await client(t, server.url)
  t.equal(await redis.ping(), 'PONG')
  t.ok(server.url.length < 107)
  t.teardown(() => rm(join(server.url.slice('unix://'.length), '..'), { recursive: true }))
})

t.test('one that outlived a killed platform is used again, not doubled', async (t) => {
  const directory = await temporaryFolder(t, 'redis')
  const survivor = await killedPlatform(directory)
  const before = await client(t, `unix://${join(directory, 'redis.sock')}`)
  await before.config('SET', 'appendfsync', 'no')
  const server = await start(t, directory)
  t.equal(server.pid, survivor)
  const redis = await client(t, server.url)
  t.same(await redis.config('GET', 'appendfsync'), ['appendfsync', 'always'], 'set as it must be')
  t.match(await redis.info('server'), `process_id:${survivor}`)
})

t.test('stop leaves no process, and the data is there at the next start', async (t) => {
  const directory = await temporaryFolder(t, 'redis')
  const first = await start(t, directory)
  const pid = first.pid ?? 0
  await (await client(t, first.url)).set('kept', 'yes')
  await first.stop()
  await gone(pid)
  const second = await start(t, directory)
  t.equal(await (await client(t, second.url)).get('kept'), 'yes')
})

t.test('one that is killed comes back by itself with all it has acknowledged', async (t) => {
  const server = await start(t, await temporaryFolder(t, 'redis'))
  const redis = await client(t, server.url)
  await Promise.all(Array.from({ length: 200 }, (_, i) => redis.set(`key-${i}`, i)))
  const killed = server.pid ?? 0
  process.kill(killed, 'SIGKILL')
  while (server.pid === undefined || server.pid === killed) await wait(20)
  const again = await client(t, server.url)
  t.equal(await again.dbsize(), 200)
})

t.test(
  'a server that cannot start is reported with its last words and leaves nothing',
  async (t) => {
    const directory = await temporaryFolder(t, 'redis')
    await t.rejects(startRedisServer({ program: '/bin/false', directory, log }), {
      name: 'OwnServerFailed',
      message: /redis ended while it started/,
    })
    t.notOk(existsSync(join(directory, 'redis.sock')))
  },
)

t.test('one whose folder was removed while it ran is still ended', async (t) => {
  const directory = await temporaryFolder(t, 'redis')
  const server = await start(t, directory)
  const pid = server.pid ?? 0
  await rm(directory, { recursive: true })
  await server.stop()
  await gone(pid)
})

t.test('a stranger that was given the number of a dead server is left alone', async (t) => {
  const directory = await temporaryFolder(t, 'redis')
  const first = await start(t, directory)
  await first.stop()
  const stranger = spawn('sleep', ['60'])
  t.teardown(() => stranger.kill())
  await writeFile(
    join(directory, 'process'),
    `fingerprint\n${stranger.pid}\nan-older-boot\n1 (sh) S 0\n`,
  )
  const server = await start(t, directory)
  t.not(server.pid, stranger.pid)
  t.equal(stranger.exitCode, null)
  t.equal(stranger.signalCode, null)
})
