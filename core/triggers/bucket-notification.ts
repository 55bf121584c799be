import { HearthError } from '../errors.ts'

/**
 * The two webhook targets that a bucket with object triggers reports to. FAST delivers in
 * milliseconds, but tries once; SURE keeps each event on disk and repeats it until it is taken.
 */
const WEBHOOK_TARGETS = ['HEARTHFAST', 'HEARTHSURE'] as const

const BLOCK = /<QueueConfiguration>.*?<\/QueueConfiguration>/gs
const OURS = new RegExp(
  `<Queue>arn:minio:sqs:[^:<]*:(?:${WEBHOOK_TARGETS.join('|')}):webhook</Queue>`,
)
const EMPTY = '<NotificationConfiguration></NotificationConfiguration>'

/**
 * A bucket's notification configuration (S3's XML) with our two targets reporting exactly
 * `events`; without them where that is empty. What others set stays byte for byte: it is not
 * parsed, so nothing that we do not know gets lost.
 */
export function notificationWith(xml: string, events: readonly string[]): string {
  const others = (xml.trim() === '' ? EMPTY : xml)
    .replace(
      /<NotificationConfiguration([^>]*)\/>/,
      '<NotificationConfiguration$1></NotificationConfiguration>',
    )
    .replace(BLOCK, (block) => (OURS.test(block) ? '' : block))
  const ours = events.length === 0 ? '' : WEBHOOK_TARGETS.map((id) => target(id, events)).join('')
  return others.replace('</NotificationConfiguration>', `${ours}</NotificationConfiguration>`)
}

/** Elements in the order in which MinIO answers them, so that what is set already compares equal. */
function target(id: string, events: readonly string[]): string {
  const names = events.map((event) => `<Event>${event}</Event>`).join('')
  const arn = `arn:minio:sqs::${id}:webhook`
  return `<QueueConfiguration><Id>${id}</Id>${names}<Queue>${arn}</Queue></QueueConfiguration>`
}

export interface Webhook {
  /** Where the S3 server reaches the gateway's `POST /storage/events`. */
  url: string
  /** The bearer token that it sends there. */
  token: string
  /** Folder on the S3 server's own disk that HEARTHSURE keeps undelivered events in. */
  queueDirectory: string
}

/** The environment that a MinIO needs in order to know both targets. */
export function webhookVariables(webhook: Webhook): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const id of WEBHOOK_TARGETS) {
    variables[`MINIO_NOTIFY_WEBHOOK_ENABLE_${id}`] = 'on'
    variables[`MINIO_NOTIFY_WEBHOOK_ENDPOINT_${id}`] = webhook.url
    variables[`MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_${id}`] = webhook.token
  }
  return { ...variables, MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_HEARTHSURE: webhook.queueDirectory }
}

/** The error for a server that refused our notification, where it did so for want of our targets. */
export function webhookMissing(
  s3Code: string,
  server: { endpoint: string; webhook: Webhook },
): HearthError | undefined {
  const reason = REFUSALS[s3Code]
  if (!reason) return undefined
  const assignments = Object.entries(webhookVariables(server.webhook)).map((pair) => pair.join('='))
  const variables = `Set these in the environment of the S3 server and start it again: ${assignments.join(' ')}`
  return new HearthError('WebhookMissing', { endpoint: server.endpoint, reason, variables })
}

const REFUSALS: Record<string, string> = {
  InvalidArgument: `it does not know the targets ${WEBHOOK_TARGETS.join(' and ')}`,
  NotImplemented: 'it has no bucket notifications',
  MethodNotAllowed: 'it has no bucket notifications',
}
