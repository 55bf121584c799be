import { execFile, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { keys, QUEUE_PREFIX } from '../core/keys.ts'
import { connectRedis } from '../core/redis/redis.ts'
import type { Finding } from './check.ts'
import { nodeIds, sandboxesOf } from './faults/sandboxes.ts'
import type { World } from './world.ts'

const run = promisify(execFile)

/** A process may have so many more file handles after all is quiet than before the first fault. */
const HANDLES_SLACK = 16
const GONE_MS = 20_000
const POLL_MS = 250
const STABLE_MS = 1500
const SETTLE_MS = 8000
/** Sandboxes that nobody calls leave after 6 s, and are replaced by generic ones. */
const IDLE_MS = 20_000

/** Open file handles of each process of the platform, by name; without what its callers hold open. */
function handlesOf(world: World): Map<string, number> {
  return new Map(
    world.nodes.map(({ process: { name, pid } }) => {
      if (pid === undefined) return [name, 0]
      const callers = callersOf(pid, world.ports.gateway)
      const handles = readdirSync(`/proc/${pid}/fd`).filter((handle) => {
        return !callers.has(linkOf(`/proc/${pid}/fd/${handle}`))
      })
      return [name, handles.length]
    }),
  )
}

/** Sockets at which the process serves this port, as /proc/<pid>/fd spells them. */
function callersOf(pid: number, port: number): Set<string> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return new Set(
    rows.filter(([, at]) => at?.endsWith(local)).map((fields) => `socket:[${fields[9]}]`),
  )
}

/** Empty where the handle was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** The same, once the sandboxes that wait for work are all there. */
export async function settledHandles(world: World): Promise<Map<string, number>> {
  let handles = handlesOf(world)
  let stableSince = performance.now()
  const deadline = stableSince + SETTLE_MS
  while (performance.now() < Math.min(deadline, stableSince + STABLE_MS)) {
    await sleep(POLL_MS)
    const now = handlesOf(world)
    if ([...now].some(([name, count]) => count > (handles.get(name) ?? 0))) {
      handles = now
      stableSince = performance.now()
    }
  }
  return handles
}

/** What a quiet platform has more of than it had before. */
export async function grown(world: World, before: Map<string, number>): Promise<Finding[]> {
  const tooMany = () =>
    [...handlesOf(world)].filter(([name, now]) => now > (before.get(name) ?? 0) + HANDLES_SLACK)
  const deadline = performance.now() + IDLE_MS
  while (tooMany().length > 0 && performance.now() < deadline) await sleep(POLL_MS)
  const handles = tooMany().map(([name, now]) =>
    left(`${name} had ${before.get(name)} file handles and has ${now}`),
  )
  // A schedule ticks on, and its invocation may run just now: what is left stays.
  let findings = await redisFindings(world)
  while (findings.length > 0 && performance.now() < deadline) {
    await sleep(POLL_MS)
    findings = await redisFindings(world)
  }
  return [...handles, ...findings]
}

/** Nothing waits, nothing is claimed, no byte of an event is counted, and every key is of a known kind. */
async function redisFindings({ redis: { socket } }: World): Promise<Finding[]> {
  const redis = await connectRedis(`unix://${socket}`)
  try {
    const findings: Finding[] = []
    for (const key of [keys.claimed, keys.open]) {
      const count = await redis.zcard(key)
      if (count > 0) findings.push(left(`${key} has ${count} members`))
    }
    for (const field of ['openBytes', 'openStored']) {
      const bytes = Number((await redis.hget(keys.totals, field)) ?? 0)
      if (bytes !== 0) findings.push(left(`${field} counts ${bytes}, and nothing is open`))
    }
    for await (const page of redis.scanStream({ count: 500 })) {
      for (const key of page as string[]) {
        if (!isKnown(key)) findings.push(left(`Redis key "${key}"`))
        else if (WAITING.some((prefix) => key.startsWith(prefix))) {
          findings.push(left(`Redis key "${key}": something waits`))
        }
      }
    }
    return findings
  } finally {
    redis.disconnect()
  }
}

const WAITING = [keys.ready(''), keys.later('')]

const KNOWN = Object.values(keys).map((key) => (typeof key === 'string' ? key : key('')))

function isKnown(key: string): boolean {
  if (key.startsWith(`${QUEUE_PREFIX}:`)) return true
  return KNOWN.some((known) => (known.endsWith(':') ? key.startsWith(known) : key === known))
}

/** What is still there of a platform that was ended. */
export async function leftBehind(world: World): Promise<Finding[]> {
  const deadline = Date.now() + GONE_MS
  let containers = await sandboxesOf(world)
  while (containers.length > 0 && Date.now() < deadline) {
    await sleep(POLL_MS)
    containers = await sandboxesOf(world)
  }
  const files = readdirSync(join(world.directory, 'tmp'))
  const directories = world.nodes
    .filter(({ roles }) => roles.includes('scheduler'))
    .flatMap(({ dataDir }) => readdirSync(dataDir, { recursive: true }).map(String))
    .filter((name) => name.startsWith('sandboxes/'))
  const { stdout } = await run('ps', ['-eo', 'pid,args'])
  const processes = stdout.split('\n').filter((line) => line.includes(world.directory))
  return [
    ...containers.map((id) => left(`container ${id}`)),
    ...files.map((name) => left(`temporary file ${name}`)),
    ...directories.map((name) => left(`directory of sandbox ${name}`)),
    ...processes.map((line) => left(`process ${line.trim()}`)),
  ]
}

/** Removes the containers of the platform that there are, at the suite's very end. */
export function removeContainers(world: World): void {
  const ids = nodeIds(world).flatMap((node) => {
    const filter = ['--filter', `label=hearth.node=${node}`]
    return execFileSync('docker', ['ps', '-aq', ...filter], { encoding: 'utf8' }).split('\n')
  })
  const found = ids.filter(Boolean)
  if (found.length > 0) execFileSync('docker', ['rm', '-f', ...found], { stdio: 'ignore' })
}

function left(detail: string): Finding {
  return { law: 'left', detail }
}
