import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { SANDBOX_IMAGE } from '../fixtures/pool.ts'
import { PlayedNetwork } from './egress/played-network.ts'
import { bundledRuntime, PlayedPool } from './played-pool.ts'

const missing = spawnSync('docker', ['image', 'inspect', SANDBOX_IMAGE]).status !== 0
const skip = missing && !process.env.CI ? `there is no image ${SANDBOX_IMAGE} here` : false

/** Boots the bundle of these sources in a container as closed as the pool's. */
async function contained(test: Tap, files: Record<string, string>) {
  const pool = await PlayedPool.make(files)
  const name = `hearth-runtime-test-${randomUUID()}`
  test.teardown(async () => {
    await pool.close()
    spawnSync('docker', ['rm', '-f', name])
  })
  await chmod(pool.directory, 0o755)
  await chmod(join(pool.directory, 'run/hearth.sock'), 0o777)
  const runtime = await bundledRuntime()
  await chmod(runtime, 0o755)
  await pool.bootWith('docker', [
    ...[
      'run',
      '--name',
      name,
      '--init',
      '--network',
      'none',
      '--read-only',
      '--tmpfs',
      '/tmp:mode=1777',
    ],
    ...['--user', '20007:20007', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...[
      '-v',
      `${pool.directory}:/var:ro`,
      '-v',
      `${runtime}:/usr/local/lib/hearth:ro`,
      SANDBOX_IMAGE,
    ],
  ])
  return { pool, name }
}

type Tap = { teardown(done: () => unknown): void }

t.test(
  'in a container a handler sees Lambda’s file system and its own user',
  { skip },
  async (t) => {
    const { pool } = await contained(t, {
      'index.mjs': `import fs from 'node:fs'; import os from 'node:os'
      const failure = (path) => { try { fs.writeFileSync(path, 'x'); return 'written' } catch (e) { return e.code } }
      export const handler = async () => ({ cwd: process.cwd(), tmp: failure('/tmp/x'), task: failure('/var/task/x'), root: failure('/x'),
        runtime: failure('/usr/local/lib/hearth/bootstrap.mjs'), uid: process.getuid(), user: os.userInfo().username,
        layer: fs.readFileSync('/opt/layer.txt', 'utf8'), interfaces: fs.readdirSync('/sys/class/net'), zone: new Date(0).getHours() })`,
      'opt/layer.txt': 'layer',
    })
    t.match(await pool.init(), { type: 'ready' })
    const { value, head } = await pool.invoke({})
    t.strictSame(
      value,
      {
        cwd: '/var/task',
        tmp: 'written',
        task: 'EROFS',
        root: 'EROFS',
        runtime: 'EROFS',
        uid: 20007,
        user: 'sbx_user20007',
        layer: 'layer',
        interfaces: ['lo'],
        zone: 0,
      },
      JSON.stringify(head),
    )
  },
)

t.test(
  'in a container without a network, every client goes through the socket',
  { skip },
  async (t) => {
    const network = await PlayedNetwork.start(t)
    const { pool } = await contained(t, {
      'index.mjs': `import { execSync } from 'node:child_process'; import dns from 'node:dns'; import net from 'node:net'
      const text = async (stream) => { let t = ''; for await (const c of stream) t += c; return t }
      export const handler = async () => {
        const db = net.connect(5432, 'db.internal'); db.end('named')
        return { endpoint: process.env.AWS_ENDPOINT_URL_S3,
          fetched: (await (await fetch('http://plain.example/')).json()).who, named: await text(db),
          curl: JSON.parse(execSync('curl -sS http://plain.example/c')).url,
          direct: execSync('curl -sS --noproxy "*" --max-time 2 telnet://203.0.113.7:443 2>&1 || true').toString(),
          byAddress: execSync('printf hi | curl -sS --max-time 5 telnet://' + (await dns.promises.lookup('db.internal')).address + ':5432 || true').toString() } }`,
    })
    pool.onOpen = network.connect
    t.match(await pool.init({ egress: ['db.internal:5432'] }), { type: 'ready' })
    const { value, head } = await pool.invoke({}, { deadlineMs: Date.now() + 20_000 })
    t.match(
      value,
      {
        endpoint: 'http://127.0.0.1:9041',
        fetched: 'plain',
        named: 'named',
        curl: '/c',
        direct: /unreachable|Could not connect|Failed to connect/i,
        byAddress: 'hi',
      },
      JSON.stringify(head),
    )
  },
)

t.test('a container ends when its link closes', { skip }, async (t) => {
  const { pool, name } = await contained(t, { 'index.mjs': 'export const handler = async () => 1' })
  await pool.init()
  pool.closeLink()
  await pool.exit()
  const state = execFileSync('docker', [
    'inspect',
    '-f',
    '{{.State.Running}} {{.State.ExitCode}}',
    name,
  ])
  t.equal(state.toString().trim(), 'false 137')
})
