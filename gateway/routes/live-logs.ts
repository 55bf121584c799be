import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { matcherOf } from '../../core/logs/log-filter.ts'
import type { LogFollower } from '../../core/logs/log-follower.ts'
import { type KeptLine, lineOf } from '../../core/logs/log-line.ts'
import {
  type LogPosition,
  POSITION_PATTERN,
  parsePosition,
  positionText,
} from '../../core/logs/log-position.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
import { LogLineQuery, logFilterOf } from '../schemas/log.ts'
import { EVENT_STREAM, eventText, HEARTBEAT, idText, retryText } from '../server-sent-event.ts'

/** Of one gateway. */
const TAILS_MAX = 200
/** Where nothing is written, a comment goes so often: what stands between does not cut it off. */
const HEARTBEAT_MS = 10_000
/** A reader who takes nothing for so long is cut off; it may come again and resume. */
const STALL_MS = 60_000
const RETRY_MS = 1000

const Position = {
  pattern: POSITION_PATTERN,
  description:
    '`id` of an event, or `after` of GET /functions/{name}/logs: what follows it is sent',
}

const LiveQuery = Type.Object(
  { ...LogLineQuery, after: Type.Optional(Type.String(Position)) },
  { additionalProperties: false },
)

const Resuming = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ maxLength: 100, description: 'The same, as browsers send it when they resume' }),
  ),
})

const Stream = Type.Unsafe({
  type: 'string',
  description:
    'Events: `line`, its data a line of the log; `missed`, its data `{"lines": 7}`, where lines were ' +
    'dropped before they could be sent; `ready`, once, when all that is written from then on will come',
})

/** What a function writes, as it is written. */
export function liveLogRoutes(app: GatewayApp, parts: GatewayParts): void {
  const followers = new Set<LogFollower>()
  app.addHook('preClose', async () => {
    for (const follower of followers) follower.close()
  })
  app.get(
    '/functions/:name/logs/live',
    {
      // Its stream would never end, and nobody would read it.
      exposeHeadRoute: false,
      schema: {
        tags: ['Functions'],
        summary: 'Follow the log of a function, by server-sent events',
        params: FunctionParams,
        querystring: LiveQuery,
        headers: Resuming,
      },
      config: {
        documentedAnswers: { 200: Stream },
        errors: ['FunctionNotFound', 'TooManyLogTails'],
      },
    },
    async ({ params: { name }, query: { after, ...query }, headers }, reply) => {
      const begin = parsePosition(headers['last-event-id'] ?? after ?? '')
      await parts.functions.read(name)
      if (followers.size >= TAILS_MAX) {
        throw new HearthError('TooManyLogTails', { limit: TAILS_MAX }, { retryAfterSeconds: 5 })
      }
      const follower = parts.logs.follow(name, begin)
      followers.add(follower)
      const end = () => {
        followers.delete(follower)
        follower.close()
      }
      reply.raw.once('close', end)
      // Who has hung up meanwhile is not heard of again.
      if (reply.raw.destroyed) end()
      const position = await follower.begin().catch((error) => {
        end()
        throw error
      })
      reply.raw.setTimeout(STALL_MS, () => reply.raw.destroy())
      const events = eventsOf(follower, position, matcherOf(logFilterOf(query)))
      return reply
        .type(EVENT_STREAM)
        .header('cache-control', 'no-cache, no-transform')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(events, { objectMode: false, highWaterMark: 1 }))
    },
  )
}

/** Goes no faster than it is read: what is not read is not asked for. */
async function* eventsOf(
  follower: LogFollower,
  begin: LogPosition,
  matches: (line: KeptLine) => boolean,
): AsyncGenerator<string> {
  yield retryText(RETRY_MS) + eventText({ id: positionText(begin), event: 'ready', data: {} })
  for (;;) {
    const page = await follower.next(HEARTBEAT_MS)
    if (!page) return
    const { lines, missed } = page
    const events = lines
      .filter(matches)
      .map((line) =>
        eventText({ id: positionText(line.position), event: 'line', data: lineOf(line) }),
      )
    if (missed > 0) events.unshift(eventText({ event: 'missed', data: { lines: missed } }))
    const last = lines.at(-1)
    if (events.length > 0) yield events.join('')
    // Who comes again goes on behind what was looked at, whether or not it was wanted.
    else yield last ? idText(positionText(last.position)) : HEARTBEAT
  }
}
