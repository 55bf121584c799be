import type { ObjectStore, Storage } from '../storage/object-store.ts'
import { notificationWith } from '../triggers/bucket-notification.ts'
import { reportedEvents } from '../triggers/trigger.ts'
import type { TriggerStore } from '../triggers/trigger-store.ts'
import { type Finding, failed, ok, type Probe, warning } from './check.ts'
import { clockFinding } from './clock.ts'

const REMEDY = 'Check that the S3 server runs, and that S3_ENDPOINT names it.'
/** One answer of a server that is asked directly. */
const ASK_MS = 2500
/** Buckets that are looked at, and bad ones that are named. */
const BUCKETS_MAX = 50
const NAMED_MAX = 5
/** A server's clock is told by the second. */
const SECOND_MS = 1000

/** Object storage, and what it tells the platform of. */
export function storageProbes(storage: Storage, triggers: TriggerStore): Probe[] {
  if (storage.state === 'off') {
    const found = `Object storage is off: ${storage.reason}`
    const remedy =
      'Set S3_ENDPOINT and its keys, or install MinIO; without it no bucket can trigger.'
    return [{ name: 'storage', remedy, look: async () => warning(found, remedy) }]
  }
  const { store } = storage
  return [
    { name: 'storage', remedy: REMEDY, look: () => answers(store) },
    { name: 'clock of storage', remedy: REMEDY, look: () => clock(store) },
    {
      name: 'storage webhook',
      remedy: `Set GATEWAY_URL to where the S3 server reaches the gateway, and start both again.`,
      look: () => webhookAnswers(store),
    },
    { name: 'bucket notifications', remedy: REMEDY, look: () => notifications(store, triggers) },
  ]
}

async function answers(store: ObjectStore): Promise<Finding> {
  const since = performance.now()
  await store.ping()
  const ms = (performance.now() - since).toFixed(0)
  return ok(`${store.endpoint} answers in ${ms} ms, and takes the platform’s key`)
}

/** Whatever it answers has the time on it. */
async function clock(store: ObjectStore): Promise<Finding> {
  const before = Date.now()
  const response = await fetch(store.endpoint, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(ASK_MS),
  })
  const after = Date.now()
  const theirs = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(theirs)) return ok('It does not tell the time')
  const middle = theirs + SECOND_MS / 2
  const uncertainty = (after - before) / 2 + SECOND_MS / 2
  return clockFinding(middle - (before + after) / 2, uncertainty, 'storage')
}

/** As seen from here: the server may be on another network. */
async function webhookAnswers({ webhook }: ObjectStore): Promise<Finding> {
  const url = new URL('/health/live', webhook.url)
  const response = await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })
  await response.body?.cancel()
  if (response.ok) return ok(`A gateway answers where storage reports to, ${url.origin}`)
  return failed(
    `${url.origin}, where storage reports to, answers ${response.status}`,
    'Set GATEWAY_URL to where the S3 server reaches the gateway, and start both again.',
  )
}

async function notifications(store: ObjectStore, triggers: TriggerStore): Promise<Finding> {
  const buckets = (await triggers.notifiedBuckets()).sort()
  const looked = buckets.slice(0, BUCKETS_MAX)
  const states = await Promise.all(looked.map((bucket) => isReporting(bucket, store, triggers)))
  const silent = looked.filter((_, at) => !states[at])
  if (silent.length === 0) {
    const of = buckets.length > looked.length ? `, the first ${looked.length} were looked at` : ''
    return ok(`Buckets with object triggers, all of which report: ${buckets.length}${of}`)
  }
  const named = silent.slice(0, NAMED_MAX).join(', ')
  const more = silent.length > NAMED_MAX ? ` and ${silent.length - NAMED_MAX} more` : ''
  return failed(
    `Buckets do not report what their triggers wait for: ${named}${more}`,
    'Start the gateway again, which sets their notifications; a bucket that is gone is made with PUT /buckets/{bucket}. The scan finds their objects meanwhile.',
  )
}

async function isReporting(
  bucket: string,
  store: ObjectStore,
  triggers: TriggerStore,
): Promise<boolean> {
  const events = reportedEvents(await triggers.objectTriggers(bucket))
  if (events.length === 0) return true
  try {
    const current = await store.readNotification(bucket)
    return notificationWith(current, events) === current
  } catch {
    return false
  }
}
