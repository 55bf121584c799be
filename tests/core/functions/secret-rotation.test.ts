import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { SecretKeys } from '../../../core/functions/secret-keys.ts'
import { resumeRotation, rotateSecrets } from '../../../core/functions/secret-rotation.ts'
import { SecretStore } from '../../../core/functions/secret-store.ts'
import { keys } from '../../../core/keys.ts'
import { startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
t.teardown(() => server.stop())
const { redis } = server

/** Functions a, b and c, with a secret each. */
async function rig(t: Test) {
  await redis.flushall()
  const file = join(t.testdir({}), 'secret-keys.json')
  const secretKeys = new SecretKeys(file)
  const secrets = new SecretStore(redis, secretKeys)
  const names = ['a', 'b', 'c']
  for (const name of names) {
    await redis.hset(keys.functions, name, JSON.stringify({ name, environment: {} }))
    await secrets.put({ functionName: name, name: 'TOKEN' }, `value of ${name}`)
  }
  const values = async (store = secrets) => {
    const opened = await Promise.all(names.map((name) => store.open(name)))
    return opened.map((one) => one.values.TOKEN)
  }
  const keysInUse = async () => {
    const records = await Promise.all(names.map((name) => secrets.records(name)))
    return new Set(records.flat().map(([, record]) => record.key))
  }
  return { file, secretKeys, secrets, values, keysInUse }
}

const VALUES = ['value of a', 'value of b', 'value of c']

t.test('everything is under a new key afterwards, and the old one is gone', async (t) => {
  const { secretKeys, secrets, values, keysInUse } = await rig(t)
  const [before] = secretKeys.ids()
  const { revision } = await secrets.open('a')
  const { key, ...rotated } = await rotateSecrets(secrets, secretKeys)
  t.strictSame(rotated, { resealed: 3, unreadable: [] })
  t.not(key, before)
  t.strictSame(await keysInUse(), new Set([key]))
  t.strictSame(secretKeys.ids(), [key])
  t.strictSame(await values(), VALUES)
  t.equal((await secrets.open('a')).revision, revision, 'so that no sandbox is replaced')
})

t.test(
  'one that was killed at any moment is finished by the next, under the same key',
  async (t) => {
    for (const resealed of [0, 1, 2, 3]) {
      const { file, secretKeys, secrets, values, keysInUse } = await rig(t)
      // What a process has done that was killed after so many.
      const key = secretKeys.add()
      await secrets.setCurrentKey(key)
      for (const functionName of ['a', 'b', 'c'].slice(0, resealed)) {
        const place = { functionName, name: 'TOKEN' }
        const [[, record] = []] = await secrets.records(functionName)
        if (!record) throw new Error('It is there')
        const sealed = secretKeys.seal(key, place, secretKeys.open(record, place))
        await secrets.write(place, { ...record, ...sealed }, record)
      }
      const nextKeys = new SecretKeys(file)
      const next = new SecretStore(redis, nextKeys)
      t.strictSame(await values(next), VALUES, 'meanwhile all can be read')
      const rotated = await resumeRotation(next, nextKeys)
      t.strictSame(rotated, { key, resealed: 3 - resealed, unreadable: [] })
      t.strictSame(await keysInUse(), new Set([key]))
      t.strictSame(nextKeys.ids(), [key])
      t.equal(await resumeRotation(next, nextKeys), undefined, 'then there is nothing to do')
      t.strictSame(await values(next), VALUES)
    }
  },
)

t.test('one that was killed before anything went under its key leaves none behind', async (t) => {
  const { secretKeys, secrets, values } = await rig(t)
  const [before] = secretKeys.ids()
  secretKeys.add()
  t.match(await resumeRotation(secrets, secretKeys), { key: before, resealed: 0 })
  t.strictSame(secretKeys.ids(), [before])
  t.strictSame(await values(), VALUES)
})

t.test('what is set by others meanwhile is never left under a key that goes', async (t) => {
  const { file, secretKeys, secrets } = await rig(t)
  const others = new SecretStore(redis, new SecretKeys(file))
  let last = ''
  let isOver = false
  const setting = (async () => {
    for (let n = 0; !isOver; n += 1) {
      last = `value ${n}`
      await others.put({ functionName: 'b', name: 'TOKEN' }, last)
    }
  })()
  for (let round = 0; round < 20; round += 1) await rotateSecrets(secrets, secretKeys)
  isOver = true
  await setting
  t.equal((await secrets.open('b')).values.TOKEN, last)
  t.equal((await others.open('b')).values.TOKEN, last)
})

t.test('secrets whose key is lost are named, and all others get the new key', async (t) => {
  const { file, secretKeys, secrets } = await rig(t)
  const [[, lost] = []] = await secrets.records('a')
  await redis.hset(keys.secretsOf('a'), 'TOKEN', JSON.stringify({ ...lost, key: 'lost' }))
  const place = { functionName: 'a', name: 'TOKEN' }
  await t.rejects(secrets.open('a'), { code: 'SecretUnreadable', details: place })
  for (let round = 0; round < 2; round += 1) {
    const rotated = await rotateSecrets(secrets, new SecretKeys(file))
    t.match(rotated, { resealed: 2, unreadable: [place] })
    t.strictSame(secretKeys.ids(), [rotated.key])
  }
  await secrets.put(place, 'set again')
  t.equal((await secrets.open('a')).values.TOKEN, 'set again')
})

t.test('where the key of new secrets is lost, a rotation brings another one', async (t) => {
  const { secretKeys, secrets } = await rig(t)
  await secrets.setCurrentKey('lost')
  const place = { functionName: 'a', name: 'TOKEN' }
  await t.rejects(secrets.put(place, 'x'), {
    code: 'SecretKeysUnavailable',
    message: /key "lost" is not in it/,
  })
  t.match(await rotateSecrets(secrets, secretKeys), { resealed: 3, unreadable: [] })
  await secrets.put(place, 'x')
  t.equal((await secrets.open('a')).values.TOKEN, 'x')
})

t.test('the command is killed whenever it may be, and no secret is lost', async (t) => {
  await redis.flushall()
  const folder = t.testdir({})
  const secretKeys = new SecretKeys(join(folder, 'secret-keys.json'))
  const secrets = new SecretStore(redis, secretKeys)
  const names = Array.from({ length: 300 }, (_, n) => `f${n}`)
  for (const name of names) {
    await redis.hset(keys.functions, name, JSON.stringify({ name, environment: {} }))
    await secrets.put({ functionName: name, name: 'TOKEN' }, `value of ${name}`)
  }
  const run = () =>
    spawn(process.execPath, ['setup/rotate-secrets.ts', folder, server.url], { stdio: 'pipe' })
  const cut = { before: 0, within: 0 }
  for (let round = 0; round < 8; round += 1) {
    const [before] = secretKeys.ids().slice(-1)
    const child = run()
    const ended = once(child, 'exit')
    // Once it has begun, soon after; in some rounds right away.
    while (round % 4 !== 0 && secretKeys.ids().at(-1) === before && child.exitCode === null) {
      await sleep(2)
    }
    await sleep(round * 5)
    child.kill('SIGKILL')
    await ended
    if (secretKeys.count() > 1) cut.within += 1
    else cut.before += 1
    for (const name of names.slice(0, 20)) {
      t.equal((await secrets.open(name)).values.TOKEN, `value of ${name}`)
    }
  }
  t.ok(cut.within > 0, `killed while it ran: ${cut.within}`)
  const last = run()
  const output = await last.stdout.toArray()
  t.match(Buffer.concat(output).toString(), /secrets are under the new key [0-9a-f]{12}/)
  const [only, ...others] = secretKeys.ids()
  t.strictSame(others, [])
  for (const name of names) {
    t.equal((await secrets.open(name)).values.TOKEN, `value of ${name}`)
    const [[, record] = []] = await secrets.records(name)
    t.equal(record?.key, only)
  }
})
