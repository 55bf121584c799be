import type { ObjectScanStore, ScanPass, ScanState } from '../../core/storage/object-scan-store.ts'
import { SCAN_LEASE_MS } from '../../core/storage/object-scan-store.ts'
import type { ObjectStore } from '../../core/storage/object-store.ts'
import type { ObjectTrigger } from '../../core/triggers/trigger.ts'
import { pause } from '../pause.ts'
import { acceptMissing, type PageParts } from './bucket-page.ts'
import { scanWindow, watermarkOf } from './scan-window.ts'

export interface ObjectScanParts extends PageParts {
  store: ObjectStore
  scans: ObjectScanStore
  /** From the start of a bucket's pass to that of the next one. */
  intervalMs: number
  /** Of all buckets together. */
  objectsPerSecond: number
}

/** S3's own limit. */
const PAGE_MAX = 1000
/** At a low rate pages are smaller, so that no bucket waits longer for its turn. */
const PAGE_SECONDS = 2
/** An empty page costs as much as so many objects. */
const PAGE_COST_MIN = 50
/** How often new buckets are looked for, and those that are due. */
const ROUND_MS = 5000
const AFTER_FAULT_MS = 10_000
/** What webhooks get before an object counts as missing. */
const GRACE_MS = 30_000
/** The server's clock comes in whole seconds. */
const CLOCK_TOLERANCE_MS = 2000

/**
 * The reconcile scan: lists buckets that have object triggers, at a bounded rate, one page of each in
 * turn, and makes the invocations that no webhook has. How far it is lies in Redis: whoever comes next
 * goes on there.
 */
export class ObjectScan {
  readonly #parts: ObjectScanParts
  readonly #roundMs: number
  readonly #pageSize: number
  readonly #graceMs: number
  readonly #closing = new AbortController()
  readonly #loop: Promise<void>
  /** By bucket, when it is looked at again, by the monotonic clock. */
  readonly #dueAt = new Map<string, number>()

  static start(parts: ObjectScanParts): ObjectScan {
    return new ObjectScan(parts)
  }

  private constructor(parts: ObjectScanParts) {
    this.#parts = parts
    this.#roundMs = Math.min(ROUND_MS, parts.intervalMs)
    this.#pageSize = Math.ceil(Math.min(PAGE_MAX, parts.objectsPerSecond * PAGE_SECONDS))
    this.#graceMs = Math.min(GRACE_MS, parts.intervalMs / 2)
    this.#loop = this.#run()
  }

  /** Resolves when the page in hand is done. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      let rest = this.#roundMs
      try {
        await this.#round()
        rest = Math.min(rest, Math.min(...this.#dueAt.values()) - performance.now())
      } catch (error) {
        this.#parts.log.warn({ error }, 'Scan of buckets failed and goes on later')
      }
      await pause(Math.max(0, rest), this.#closing.signal)
    }
  }

  /** One page of each bucket that is due. */
  async #round(): Promise<void> {
    const buckets = await this.#parts.triggers.notifiedBuckets()
    for (const bucket of this.#dueAt.keys()) {
      if (buckets.includes(bucket)) continue
      this.#dueAt.delete(bucket)
      // A page that was in hand may have been noted after its last trigger had gone.
      await this.#parts.scans.forget(bucket)
    }
    for (const bucket of buckets) {
      if (this.#closing.signal.aborted) return
      if ((this.#dueAt.get(bucket) ?? 0) > performance.now()) continue
      // Whatever goes wrong now, the others have their turn first.
      this.#lookAgain(bucket, Math.min(AFTER_FAULT_MS, this.#parts.intervalMs))
      const objects = await this.#visit(bucket)
      const least = Math.min(PAGE_COST_MIN, this.#pageSize)
      const cost = Math.max(objects, least) / this.#parts.objectsPerSecond
      await pause(cost * 1000, this.#closing.signal)
    }
  }

  /** Gives back how many objects it has listed. */
  async #visit(bucket: string): Promise<number> {
    const { scans, triggers: triggerStore, intervalMs } = this.#parts
    const state = await scans.take(bucket)
    if (!state) {
      this.#lookAgain(bucket, SCAN_LEASE_MS)
      return 0
    }
    const triggers = await triggerStore.objectTriggers(bucket)
    const restMs = triggers.length === 0 ? intervalMs : restOf(state, intervalMs)
    if (restMs > 0) {
      this.#lookAgain(bucket, restMs)
      await scans.save(bucket, state, RELEASE)
      return 0
    }
    try {
      return await this.#advance(bucket, state, triggers)
    } catch (error) {
      const { message } = error as Error
      this.#parts.log.warn({ bucket, error }, 'Scan of a bucket failed and goes on later')
      await scans.save(bucket, { ...state, error: { atMs: Date.now(), message } }, RELEASE)
      return 0
    }
  }

  async #advance(
    bucket: string,
    state: ScanState,
    triggers: readonly ObjectTrigger[],
  ): Promise<number> {
    const pass = state.pass ?? (await this.#begin(bucket))
    state.pass = pass
    const page = await this.#parts.store.listAll(bucket, {
      limit: this.#pageSize,
      prefix: commonPrefix(triggers.map(({ prefix = '' }) => prefix)),
      cursor: pass.cursor,
      withVersions: pass.isVersioned,
    })
    const times = { nowMs: Date.now(), graceMs: this.#graceMs }
    const wanted = triggers.map((trigger) => {
      return { trigger, window: scanWindow({ ...state, pass }, trigger, times) }
    })
    const { objects } = page
    await acceptMissing(this.#parts, { bucket, objects, triggers: wanted, pass })
    pass.objects += objects.length
    delete state.error
    if (page.cursor === undefined) await this.#end(bucket, pass)
    else {
      pass.cursor = page.cursor
      const release = this.#closing.signal.aborted
      const mayGoOn = await this.#parts.scans.save(bucket, state, { release })
      if (mayGoOn) this.#lookAgain(bucket, 0)
    }
    return objects.length
  }

  async #begin(bucket: string): Promise<ScanPass> {
    const startedMs = Date.now()
    const { isVersioned, clockMs } = await this.#parts.store.readVersioning(bucket)
    const offset = clockMs - startedMs
    const clockOffsetMs = Math.abs(offset) < CLOCK_TOLERANCE_MS ? 0 : offset
    return { startedMs, clockOffsetMs, isVersioned, objects: 0, found: 0 }
  }

  async #end(bucket: string, pass: ScanPass): Promise<void> {
    const { startedMs, objects, found } = pass
    const lastPass = { startedMs, endedMs: Date.now(), objects, found }
    const ended = { lastPass, watermarkMs: watermarkOf(pass, this.#graceMs) }
    this.#lookAgain(bucket, restOf({ lastPass }, this.#parts.intervalMs))
    await this.#parts.scans.save(bucket, ended, RELEASE)
  }

  #lookAgain(bucket: string, inMs: number): void {
    this.#dueAt.set(bucket, performance.now() + inMs)
  }
}

const RELEASE = { release: true }

/** Milliseconds until the next pass, 0 in the middle of one. A clock that was set back delays none. */
function restOf({ pass, lastPass }: ScanState, intervalMs: number): number {
  if (pass || !lastPass) return 0
  const sinceMs = Date.now() - lastPass.startedMs
  return sinceMs < 0 ? 0 : Math.max(0, intervalMs - sinceMs)
}

/** What the keys that anybody wants have in common: nothing else is listed. */
export function commonPrefix([first = '', ...others]: readonly string[]): string {
  let length = first.length
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length -= 1
  }
  return first.slice(0, length)
}
