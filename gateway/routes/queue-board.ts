import type { FastifyInstance } from 'fastify'
import type { TurnQueue } from '../../core/invocations/turn-queue.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const PATH = '/console/queue-board'
/** The board's page asks another host for its font, as nothing of this platform does: it goes without. */
const FOREIGN_FONT = /<link [^>]*href="https:[^>]*>/g

/** As the console's, but that the board has styles in its page, and a base of its addresses. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/**
 * Bull Board over the one queue that BullMQ keeps: turns of functions and schedules. To look at alone: what
 * is to be done about an event is done to its record.
 */
export function queueBoardRoutes(app: GatewayApp, { turns }: GatewayParts): void {
  const hidden = { schema: { hide: true } } as const
  let opening: Promise<FastifyInstance> | undefined

  const opened = (): Promise<FastifyInstance> => {
    opening ??= openBoard(turns).catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  app.get(PATH, hidden, async (_request, reply) => reply.redirect(`${PATH}/`, 308))

  app.get(`${PATH}/*`, hidden, async (request, reply) => {
    const board = await opened()
    reply.hijack()
    for (const [name, value] of Object.entries(HEADERS)) reply.raw.setHeader(name, value)
    board.routing(request.raw, reply.raw)
  })

  app.addHook('onClose', async () => {
    await (await opening)?.close()
  })
}

/** An application of its own, made when somebody asks for it: its modules cost others no memory. */
async function openBoard(turns: Pick<TurnQueue, 'shown'>): Promise<FastifyInstance> {
  const [{ fastify }, { createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] =
    await Promise.all([
      import('fastify'),
      import('@bull-board/api'),
      import('@bull-board/api/bullMQAdapter'),
      import('@bull-board/fastify'),
    ])
  const serverAdapter = new FastifyAdapter()
  const queue = new BullMQAdapter(turns.shown, { readOnlyMode: true })
  createBullBoard({
    queues: [queue],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Hearth: turns', hideRedisDetails: true } },
  })
  const app = fastify()
  app.addHook('onSend', async (_request, _reply, payload) =>
    typeof payload === 'string' ? payload.replace(FOREIGN_FONT, '') : payload,
  )
  app.register(serverAdapter.registerPlugin(), { prefix: PATH })
  await app.ready()
  return app
}
