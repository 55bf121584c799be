import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { SECRET_BYTES_MAX, SecretName } from '../../core/functions/secret.ts'
import { rotateSecrets } from '../../core/functions/secret-rotation.ts'
import { FunctionName } from '../../core/identifiers.ts'
import { readFields } from '../json-body.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'

const SecretParams = Type.Object({ name: FunctionName, key: SecretName })

const SecretBody = Type.Object(
  {
    value: Type.String({
      maxLength: SECRET_BYTES_MAX,
      writeOnly: true,
      description: `At most ${SECRET_BYTES_MAX} bytes; nothing of the API ever answers with it`,
    }),
  },
  { additionalProperties: false },
)

const ListedSecret = Type.Object({ name: SecretName, updatedAt: Type.String() })

const Rotated = Type.Object({
  key: Type.String({ description: 'Id of the key that all secrets are under now' }),
  resealed: Type.Integer({ description: 'How many got it now' }),
  unreadable: Type.Array(Type.Object({ functionName: Type.String(), name: Type.String() }), {
    description: 'Those whose key is lost; they have to be set again',
  }),
})

const path = '/functions/:name/secrets'
const tags = ['Secrets']
/** A change is over when every scheduler has seen it. */
const ofChanges = ['FunctionNotFound', 'SecretUnreadable', 'SchedulerUnavailable'] as const

/** Sets, lists and deletes what only the handlers of a function are to know, and renews its key. */
export function secretRoutes(app: GatewayApp, parts: GatewayParts): void {
  hideBodies(app)

  app.put(
    `${path}/:key`,
    {
      schema: {
        tags,
        summary: 'Set a secret of a function',
        description:
          'Kept encrypted, and given to the function’s sandboxes as an environment variable; those ' +
          'that have the old one run nothing more.',
        params: SecretParams,
        body: SecretBody,
        response: { 200: ListedSecret },
      },
      config: { errors: [...ofChanges, 'SecretKeysUnavailable', 'RotationUnderWay'] },
    },
    async ({ params: { name: functionName, key }, body: { value }, log }) => {
      const listed = await parts.secrets.put({ functionName, name: key }, value)
      await parts.link.announce(functionName)
      log.info({ functionName, secret: key }, 'Secret set')
      return listed
    },
  )

  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List the secrets of a function, by name and without their values',
        params: FunctionParams,
        response: { 200: Type.Object({ secrets: Type.Array(ListedSecret) }) },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name } }) => ({ secrets: await parts.secrets.list(name) }),
  )

  app.delete(
    `${path}/:key`,
    {
      schema: {
        tags,
        summary: 'Delete a secret of a function',
        params: SecretParams,
        response: {
          204: Type.Null({ description: 'No sandbox that knows it runs anything more' }),
        },
      },
      config: { errors: ['SecretNotFound', ...ofChanges] },
    },
    async ({ params: { name: functionName, key }, log }, reply) => {
      await parts.secrets.remove({ functionName, name: key })
      await parts.link.announce(functionName)
      log.info({ functionName, secret: key }, 'Secret deleted')
      return reply.code(204).send(null)
    },
  )

  rotationRoute(app, parts)
}

function rotationRoute(app: GatewayApp, { secrets, secretKeys }: GatewayParts): void {
  app.post(
    '/secrets/rotation',
    {
      schema: {
        tags,
        summary: 'Put all secrets under a new key, and forget the old one',
        description:
          'No function notices. One that was broken off is finished at the next start, or by the next request.',
        response: { 200: Rotated },
      },
      config: { errors: ['SecretKeysUnavailable', 'RotationUnderWay'] },
    },
    async ({ log }) => {
      const rotated = await rotateSecrets(secrets, secretKeys)
      const { key, resealed, unreadable } = rotated
      log.info({ key, resealed, unreadable: unreadable.length }, 'Secrets have a new key')
      return rotated
    },
  )
}

/** A parser's reason would quote the body, and with it the value. */
function hideBodies(app: GatewayApp): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (_request, body, done) => {
      try {
        done(null, readFields(body))
      } catch {
        const reason = 'what is wrong is not shown, since a secret may be in it'
        done(new HearthError('InvalidJson', { reason }))
      }
    },
  )
}
