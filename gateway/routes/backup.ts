import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { BACKUP_BYTES_MAX } from '../../core/functions/backup.ts'
import { openBackup } from '../backup-reader.ts'
import { writeBackup } from '../backup-writer.ts'
import { forgetContentType } from '../content-type.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { restore } from '../restore.ts'
import { OTHER_KINDS } from '../restore-others.ts'
import { spool } from '../spool.ts'

const Archive = { type: 'string', format: 'binary', description: 'The archive, a .zip' }

const RestoreQuery = Type.Object(
  {
    replace: Type.Optional(
      Type.Boolean({ description: 'What is in the backup replaces what is here' }),
    ),
  },
  { additionalProperties: false },
)

const Outcome = Type.Enum(['created', 'replaced', 'unchanged'])
const Restored = Type.Object({
  createdAt: Type.String({ description: 'When the backup was made' }),
  functions: Type.Array(Type.Object({ name: Type.String(), outcome: Outcome })),
  others: Type.Array(
    Type.Object({
      kind: Type.Enum([...OTHER_KINDS]),
      name: Type.String({
        description: 'A name; name:version of a layer, ARN of a policy, UUID of a mapping',
      }),
      outcome: Outcome,
    }),
  ),
  warnings: Type.Array(
    Type.Object({
      functionName: Type.String(),
      triggerId: Type.String(),
      reason: Type.String({ description: 'Why the trigger is restored, but not in force' }),
    }),
  ),
  missingSecrets: Type.Array(Type.Object({ functionName: Type.String(), name: Type.String() }), {
    description: 'Secrets that functions had where the backup was made: set them again',
  }),
})

/** Hands out what the platform is set up to do as one archive, and takes it in again. */
export function backupRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request: unknown, payload: Readable, done: Taken) =>
    done(null, payload),
  )

  app.get(
    '/backup',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['Backup'],
        summary: 'Back up what the platform is set up to do, code included',
        description:
          'Functions, layers, rules, schedules, roles, policies and event source mappings are as they are at one moment, whatever is deployed meanwhile. Environment variables and secrets of destinations are in it: keep it as you keep secrets. Of the secrets of functions it has the names alone. Events, logs and objects are not.',
      },
      config: { documentedAnswers: { 200: Archive }, errors: ['PayloadTooLarge'] },
    },
    async ({ log }, reply) => {
      const { createdAt, functions, stream } = await writeBackup(parts)
      stream.once('error', (err) => log.error({ err }, 'Backup was broken off'))
      log.info({ functions }, 'Backup begun')
      const name = `hearth-${createdAt.replace(/[:.]/g, '-')}.zip`
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(stream)
    },
  )

  app.post<{ Body: Readable | undefined; Querystring: { replace?: boolean } }>(
    '/restore',
    {
      onRequest: forgetContentType,
      schema: {
        tags: ['Backup'],
        summary: 'Restore what a backup holds',
        description:
          'The whole archive is checked before anything is written. What is not in it stays as it is. After an error it can be sent again.',
        querystring: RestoreQuery,
        response: { 200: Restored },
      },
      config: {
        documentedBody: Archive,
        errors: [
          'InvalidBackup',
          'RestoreConflict',
          'FunctionChanged',
          'FunctionAlreadyExists',
          'SchedulerUnavailable',
          'StorageUnavailable',
        ],
      },
    },
    async ({ body, query, log }) => {
      const limit = { what: 'Backup', limitBytes: BACKUP_BYTES_MAX }
      const file = await spool(body ?? Readable.from([]), limit)
      try {
        const backup = await openBackup(file)
        const restored = await restore(parts, backup, { replace: query.replace ?? false })
        const { createdAt } = backup.manifest
        log.info({ createdAt, functions: restored.functions.length }, 'Backup restored')
        return { createdAt, ...restored }
      } finally {
        await file.close()
      }
    },
  )
}

type Taken = (error: null, body: Readable) => void
