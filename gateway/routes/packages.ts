import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { isGoodLink } from '../lambda/code-package.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const Params = Type.Object({
  hex: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 in hex' }),
})
const Query = Type.Object({
  expires: Type.Integer({ description: 'Milliseconds since 1970' }),
  signature: Type.String({ pattern: '^[0-9a-f]{64}$', description: '64 hex digits' }),
})

/** Gives back code packages, by the links that GetFunction and GetLayerVersion answer. */
export function packageRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/packages/:hex',
    {
      schema: {
        tags: ['Functions'],
        summary: 'Fetch a code package by its signed link',
        params: Params,
        querystring: Query,
      },
      config: {
        errors: ['LinkExpired', 'SandboxFailed'],
        documentedAnswers: { 200: Type.Unsafe({ type: 'string', format: 'binary' }) },
      },
    },
    async ({ params: { hex }, query }, reply) => {
      if (!isGoodLink(parts.webhookToken, { hex, ...query })) throw new HearthError('LinkExpired')
      const zip = await parts.code.get(Buffer.from(hex, 'hex').toString('base64'))
      return reply.type('application/zip').send(zip)
    },
  )
}
