import { DEDUPE_MS } from '../../core/invocations/queue-limits.ts'
import type { ScanPass } from '../../core/storage/object-scan-store.ts'

/**
 * What was modified since is looked up one by one, however often it was passed: it costs little, and
 * finds what appears late with an early time (some servers give an upload the time of its start).
 * Whatever was told since is still known, with an hour to spare for clocks that differ.
 */
const LOOK_BACK_MS = DEDUPE_MS - 60 * 60 * 1000

/** Modification times, by the S3 server's clock, of what a pass looks at for one trigger. */
export interface ScanWindow {
  afterMs: number
  untilMs: number
}

/** Where a pass that ends moves the watermark: what was younger when it began may have come behind it. */
export function watermarkOf(pass: Pick<ScanPass, 'startedMs'>, graceMs: number): number {
  return pass.startedMs - graceMs
}

/**
 * Older than the look-back, only what no complete pass has seen can be missing: of the rest nobody
 * knows any more whether it was told. A trigger's objects are those modified after it was added.
 * `graceMs` is what webhooks get before their silence means something.
 */
export function scanWindow(
  scan: { pass: Pick<ScanPass, 'clockOffsetMs'>; watermarkMs?: number | undefined },
  trigger: { createdAt: string },
  { nowMs, graceMs }: { nowMs: number; graceMs: number },
): ScanWindow {
  const { pass, watermarkMs = Number.POSITIVE_INFINITY } = scan
  const known = Math.min(watermarkMs, nowMs - LOOK_BACK_MS)
  return {
    afterMs: Math.max(Date.parse(trigger.createdAt), known) + pass.clockOffsetMs,
    untilMs: nowMs - graceMs + pass.clockOffsetMs,
  }
}
