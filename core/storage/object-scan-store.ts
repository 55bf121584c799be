import { randomUUID } from 'node:crypto'
import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'

/** Times are milliseconds since 1970 by the platform's clock. */
export interface ScanPass {
  startedMs: number
  /** How much the S3 server's clock is ahead of ours; 0 where that is less than HTTP can tell. */
  clockOffsetMs: number
  isVersioned: boolean
  /** Where the next page begins; absent on the first. */
  cursor?: string
  /** Objects, versions and delete markers that were listed. */
  objects: number
  /** Invocations that were missing. */
  found: number
}

export interface EndedPass extends Pick<ScanPass, 'startedMs' | 'objects' | 'found'> {
  endedMs: number
}

/** How far the scan of one bucket is. */
export interface ScanState {
  /** The pass under way. */
  pass?: ScanPass
  lastPass?: EndedPass
  /** Everything that was modified before is known, or was missing and is no more. */
  watermarkMs?: number
  /** Why it did not get on when it tried last. */
  error?: { atMs: number; message: string }
}

/** An invocation that was missing. */
export interface ScanFinding {
  /** ISO 8601. */
  foundAt: string
  key: string
  versionId?: string
  eventName: string
  modifiedAt: string
  functionName: string
  invocationId: string
}

/** Without a sign of life another scheduler goes on after so long. */
export const SCAN_LEASE_MS = 15_000
const FINDINGS_KEPT = 50
const FIELDS = ['pass', 'lastPass', 'watermarkMs', 'error'] as const

/** What each reconcile scan has come to, in Redis. All throw RedisUnavailable. */
export class ObjectScanStore {
  readonly #redis: Redis
  readonly #run: RunScript
  readonly #token = randomUUID()

  constructor(redis: Redis) {
    this.#redis = redis
    this.#run = loadScripts(redis)
  }

  /** Takes a bucket's scan for this process; undefined while another has it. */
  async take(bucket: string): Promise<ScanState | undefined> {
    const reply = await this.#run('scan-take', [bucket, this.#token, SCAN_LEASE_MS])
    if (reply === null) return undefined
    const pairs = (reply as Buffer[]).map(String)
    const fields: Record<string, string> = {}
    for (let at = 0; at < pairs.length; at += 2) fields[pairs[at] ?? ''] = pairs[at + 1] ?? ''
    return readState(fields)
  }

  /** Keeps the state and the lease, or gives the lease back; false where another has it by now. */
  async save(
    bucket: string,
    state: ScanState,
    { release = false }: { release?: boolean } = {},
  ): Promise<boolean> {
    const fields = FIELDS.flatMap((name) => {
      const value = state[name]
      return [name, value === undefined ? '' : JSON.stringify(value)]
    })
    const leaseMs = release ? 0 : SCAN_LEASE_MS
    return (await this.#run('scan-save', [bucket, this.#token, leaseMs, ...fields])) === 1
  }

  async read(bucket: string): Promise<ScanState> {
    return readState(await askRedis(() => this.#redis.hgetall(keys.objectScan(bucket))))
  }

  /** Keeps the last fifty of a bucket. */
  async addFinding(bucket: string, finding: ScanFinding): Promise<void> {
    const list = keys.objectScanFindings(bucket)
    await askRedis(() =>
      this.#redis
        .multi()
        .lpush(list, JSON.stringify(finding))
        .ltrim(list, 0, FINDINGS_KEPT - 1)
        .exec(),
    )
  }

  /** Newest first. */
  async findings(bucket: string): Promise<ScanFinding[]> {
    const texts = await askRedis(() => this.#redis.lrange(keys.objectScanFindings(bucket), 0, -1))
    return texts.map((text) => JSON.parse(text))
  }

  /** For a bucket without triggers. */
  async forget(bucket: string): Promise<void> {
    const of = [keys.objectScan(bucket), keys.objectScanFindings(bucket)]
    await askRedis(() => this.#redis.del(...of))
  }
}

function readState(fields: Record<string, string>): ScanState {
  const known = FIELDS.filter((name) => fields[name] !== undefined)
  return Object.fromEntries(known.map((name) => [name, JSON.parse(fields[name] ?? '')]))
}
