import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { ConsoleSessions, endedCookie, requireOwnPage } from '../console-session.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

/** Where the set-up, or the Dockerfile, puts what it builds of console/. */
const BUILT = join(import.meta.dirname, '..', '..', '.hearth', 'console')
/** Files in it are named by their content. */
const ASSETS = /^assets\/[\w.-]+$/

/** Scripts and styles of its own alone, and no other place to load from, send to or be shown in. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

const SessionState = Type.Object({
  needsKey: Type.Boolean({ description: 'Whether callers of this platform must sign in' }),
  signedIn: Type.Boolean(),
  refusal: Type.Optional(Type.String({ description: 'Why nobody can sign in, where that is so' })),
})

const NO_KEY =
  'Whoever calls this platform signs with an access key of ACCESS_KEYS_FILE, which a browser cannot. ' +
  'Set HEARTH_API_KEY as well, and start it again: the console is signed in to with that.'

const SignIn = Type.Object(
  { apiKey: Type.String({ minLength: 1, maxLength: 1024 }) },
  { additionalProperties: false },
)

/** Signs browsers in and out: their cookie then stands for the API key. */
export function consoleSessionRoutes(app: GatewayApp, parts: GatewayParts): void {
  const sessions = new ConsoleSessions(parts.apiKey)
  const needsKey = parts.accessKeys.size > 0
  const isRefused = needsKey && parts.apiKey === undefined
  const url = '/console/session'
  const tags = ['Console']

  app.get(
    url,
    {
      schema: { tags, summary: 'Is this browser signed in?', response: { 200: SessionState } },
    },
    async ({ raw }) => ({
      needsKey,
      signedIn: !needsKey || sessions.has(raw.headers),
      ...(isRefused && { refusal: NO_KEY }),
    }),
  )

  app.post(
    url,
    {
      schema: {
        tags,
        summary: 'Sign a browser in with the API key',
        description:
          'Sets a cookie for twelve hours. Requests with it pass as those with the key, if they come ' +
          'from the console’s own page; what is no GET needs the header `x-hearth-console` too.',
        body: SignIn,
        response: { 200: SessionState },
      },
      config: { errors: ['SignInRefused', 'ForeignPage'] },
    },
    async (request, reply) => {
      requireOwnPage(request)
      if (needsKey) reply.header('set-cookie', sessions.open(request, request.body.apiKey))
      request.log.info('Signed in to the console')
      return { needsKey, signedIn: true }
    },
  )

  app.delete(
    url,
    {
      schema: {
        tags,
        summary: 'Sign a browser out',
        response: { 204: Type.Null({ description: 'Its cookie is gone' }) },
      },
      config: { errors: ['ForeignPage'] },
    },
    async (request, reply) => {
      requireOwnPage(request)
      return reply.code(204).header('set-cookie', endedCookie(request)).send(null)
    },
  )
}

/** The console's page and its files. Whatever is no file is a page within it. */
export function consoleRoutes(app: GatewayApp): void {
  const isBuilt = existsSync(join(BUILT, 'index.html'))
  if (isBuilt) app.register(fastifyStatic, { root: BUILT, serve: false, preCompressed: true })
  const hidden = { schema: { hide: true } } as const

  const page = async (reply: FastifyReply) => {
    if (!isBuilt) throw new HearthError('ConsoleMissing')
    reply.headers({ ...HEADERS, 'cache-control': 'no-cache' })
    return reply.sendFile('index.html', { cacheControl: false })
  }

  // A browser that was only told the address; what is no browser is answered like any unknown route.
  app.get('/', hidden, async ({ headers }, reply) => {
    if (headers.accept?.includes('text/html')) return reply.redirect('/console')
    throw new HearthError('RouteNotFound', { method: 'GET', path: '/' })
  })

  app.get('/console', hidden, async (_request, reply) => page(reply))

  app.get<{ Params: { '*': string } }>('/console/*', hidden, async ({ params }, reply) => {
    const path = params['*']
    if (!isBuilt || !path.startsWith('assets/')) return page(reply)
    if (!ASSETS.test(path)) throw new HearthError('RouteNotFound', { method: 'GET', path })
    const kept = { maxAge: '365d', immutable: true } as const
    return reply.headers(HEADERS).sendFile(path, kept)
  })
}
