import { BUCKET, HANDLERS, type Handler, type HandlerName, sourceOf } from './handlers.ts'
import type { World } from './world.ts'

const REQUEST_MS = 20_000
/** What ends in moments may take long on a busy machine, and is not to be blamed for it. */
const TIMEOUT_SECONDS = 30

/** Deploys every handler, with its retries, its destination and its trigger. */
export async function deployHandlers(world: World): Promise<void> {
  await ask(world, `PUT /buckets/${BUCKET}`)
  for (const [name, handler] of Object.entries(HANDLERS) as [HandlerName, Handler][]) {
    await ask(world, 'POST /functions', {
      name,
      source: sourceOf(name),
      timeoutSeconds: TIMEOUT_SECONDS,
      egress: [`127.0.0.1:${world.ledger.port}`],
      environment: { LEDGER: world.ledger.entriesUrl },
      ...handler.configuration,
    })
    const { retries, eventAgeSeconds, reports } = handler
    await ask(world, `PUT /functions/${name}/async-configuration`, {
      maximumRetryAttempts: retries,
      ...(eventAgeSeconds && { maximumEventAgeSeconds: eventAgeSeconds }),
      ...(reports && { [reports.end]: destination(world, reports.to) }),
    })
    if (handler.trigger) await ask(world, `POST /functions/${name}/triggers`, handler.trigger)
  }
}

function destination({ ledger }: World, to: 'ledger' | 'told') {
  if (to === 'told') return { type: 'function', functionName: to }
  return { type: 'http', url: ledger.messagesUrl }
}

/** One request as a user makes it; throws unless it is answered 2xx. */
export async function ask<T>(world: World, route: string, body?: unknown): Promise<T> {
  const [method = 'GET', path = '/'] = route.split(' ')
  const response = await fetch(world.url + path, {
    method,
    signal: AbortSignal.timeout(REQUEST_MS),
    headers: {
      ...world.headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${route} was answered ${response.status}: ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}
