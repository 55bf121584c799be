/** What a handler does once the ledger knows that it runs, and what its invocations must come to. */
export interface Handler {
  /** Statements after the ledger has been told; `event`, `token` and `run` are there. */
  does: string
  /** Where in its event the token is. */
  token: string
  ends: 'succeeded' | 'failed' | 'expired'
  /** What an attempt ends with where the handler is to blame; of innocent ones: nothing. */
  errorTypes: readonly string[]
  retries: 0 | 1 | 2
  /** An event that is older is not tried. */
  eventAgeSeconds?: number
  configuration?: Readonly<Record<string, unknown>>
  trigger?: Readonly<Record<string, unknown>>
  /** Where its good or bad end is reported: to the ledger itself, or to the handler of this name. */
  reports?: { end: 'onSuccess' | 'onFailure'; to: 'ledger' | 'told' }
}

export const BUCKET = 'chaos'

const OK = 'return { token, run }'
const sleep = (ms: string) => `await new Promise((resolve) => setTimeout(resolve, ${ms}))`
const innocent = { ends: 'succeeded', errorTypes: [], token: 'event.token', retries: 2 } as const
const guilty = { ends: 'failed', token: 'event.token' } as const

/** One function each, named by its key. */
export const HANDLERS = {
  // Is told of the ends of others; deployed before them.
  told: { ...innocent, does: OK, token: '"told-" + event.requestContext.requestId' },
  ok: { ...innocent, does: OK },
  // Its callers wait for the answer.
  answered: { ...innocent, does: OK },
  // Without retries a fault of the platform that counts as one of the function ends it.
  once: { ...innocent, does: OK, retries: 0, reports: { end: 'onSuccess', to: 'ledger' } },
  slow: {
    ...innocent,
    does: `${sleep('200 + Math.random() * 1300')}; ${OK}`,
    configuration: { reservedConcurrency: 4 },
    reports: { end: 'onSuccess', to: 'told' },
  },
  // Gets all its events at once, and works on them for seconds.
  burst: {
    ...innocent,
    does: `${sleep('250')}; ${OK}`,
    configuration: { reservedConcurrency: 2 },
  },
  // Runs while a scheduler that has lost it comes back.
  long: {
    ...innocent,
    does: `${sleep('5000 + Math.random() * 3000')}; ${OK}`,
    configuration: { timeoutSeconds: 30 },
  },
  // Never gets room.
  stale: {
    ...innocent,
    does: OK,
    ends: 'expired',
    eventAgeSeconds: 60,
    configuration: { reservedConcurrency: 0 },
  },
  flood: {
    ...innocent,
    does: `for (let n = 0; n < 3000; n += 1) console.log('x'.repeat(500)); ${OK}`,
  },
  throw: {
    ...guilty,
    does: `throw new TypeError('as meant')`,
    errorTypes: ['TypeError'],
    retries: 2,
    reports: { end: 'onFailure', to: 'ledger' },
  },
  timeout: {
    ...guilty,
    does: 'await new Promise(() => setInterval(() => undefined, 1000))',
    errorTypes: ['Sandbox.Timedout'],
    retries: 1,
    configuration: { timeoutSeconds: 1 },
  },
  hang: {
    ...guilty,
    does: 'for (;;);',
    errorTypes: ['Sandbox.Timedout'],
    retries: 0,
    configuration: { timeoutSeconds: 1 },
  },
  memory: {
    ...guilty,
    does: 'const held = []; for (;;) held.push(Buffer.alloc(8 * 1024 * 1024, 1))',
    // How it ended is known only where the engine can be asked.
    errorTypes: ['Runtime.OutOfMemory', 'Runtime.ExitError'],
    retries: 0,
  },
  exit: { ...guilty, does: 'process.exit(3)', errorTypes: ['Runtime.ExitError'], retries: 1 },
  events: {
    ...innocent,
    does: OK,
    token: 'event.data.token',
    trigger: { type: 'event', pattern: { source: ['/chaos'] } },
  },
  objects: {
    ...innocent,
    does: OK,
    token: 'event.Records[0].s3.object.key + "@" + event.Records[0].s3.object.eTag',
    trigger: { type: 'object', bucket: BUCKET, events: ['s3:ObjectCreated:*'] },
  },
  ticks: {
    ...innocent,
    does: OK,
    trigger: { type: 'schedule', schedule: 'rate(1 minute)', input: { token: 'tick' } },
  },
} as const satisfies Record<string, Handler>

export type HandlerName = keyof typeof HANDLERS

export function handlerOf(functionName: string): Handler {
  const handler: Handler | undefined = HANDLERS[functionName as HandlerName]
  if (!handler) throw new Error(`No handler is called "${functionName}"`)
  return handler
}

/**
 * The function's code. It tells the ledger of the run before it does anything else, and goes on trying:
 * what a run that nobody knows of has done cannot be judged.
 */
export function sourceOf(name: HandlerName): string {
  const { does, token } = HANDLERS[name]
  return `import { randomUUID } from 'node:crypto'
export const handler = async (event, context) => {
  const token = ${token}
  const run = randomUUID()
  const entry = { kind: 'run', token, run, id: context.awsRequestId, functionName: '${name}' }
  const body = JSON.stringify(entry)
  for (;;) {
    try {
      const answer = await fetch(process.env.LEDGER, { method: 'POST', body })
      if (answer.ok) break
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  ${does}
}
`
}
