import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { BucketName, CODE_BUCKET } from '../../core/identifiers.ts'
import { depthField } from '../../core/invocations/depth.ts'
import { storeOf } from '../../core/storage/object-store.ts'
import type { Upload } from '../../core/storage/stored-object.ts'
import { ObjectTrigger } from '../../core/triggers/trigger.ts'
import { HARMLESS } from '../object-headers.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { Cursor } from '../schemas/page.ts'

const BucketParams = Type.Object({ bucket: BucketName })
const ObjectParams = Type.Object({
  bucket: BucketName,
  '*': Type.String({
    minLength: 1,
    maxLength: 1024,
    description: 'The key; slashes are part of it',
  }),
})
const Bucket = Type.Object({ name: Type.String(), createdAt: Type.String() })

/** A cursor is a key, and longer than those of other lists. */
const ListQuery = Type.Object(
  {
    prefix: Type.Optional(Type.String({ maxLength: 1024 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Default: 100' })),
    cursor: Type.Optional(
      Type.String({ maxLength: 2048, description: '`cursor` of the page before' }),
    ),
  },
  { additionalProperties: false },
)
const ObjectPage = Type.Object({
  objects: Type.Array(
    Type.Object({
      key: Type.String(),
      size: Type.Integer({ description: 'Bytes' }),
      eTag: Type.String(),
      lastModified: Type.String(),
    }),
  ),
  cursor: Cursor,
})

const STORAGE_ERRORS = ['StorageOff', 'StorageUnavailable'] as const
const BUCKET_ERRORS = [...STORAGE_ERRORS, 'BucketNotFound'] as const
const OBJECT_ERRORS = [...BUCKET_ERRORS, 'ObjectNotFound'] as const
const LIMIT = 100

const Bytes = { type: 'string', format: 'binary' }

/** Makes and lists buckets, and lists what is in them. */
export function bucketRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/buckets',
    {
      schema: {
        tags: ['Storage'],
        summary: 'List buckets',
        response: { 200: Type.Object({ buckets: Type.Array(Bucket) }) },
      },
      config: { errors: STORAGE_ERRORS },
    },
    async () => {
      const buckets = await storeOf(parts.storage).listBuckets()
      return { buckets: buckets.filter(({ name }) => name !== CODE_BUCKET) }
    },
  )

  app.get(
    '/buckets/:bucket/triggers',
    {
      schema: {
        tags: ['Storage'],
        summary: 'List the triggers of all functions that a bucket’s objects fire',
        params: BucketParams,
        response: { 200: Type.Object({ triggers: Type.Array(ObjectTrigger) }) },
      },
    },
    async ({ params: { bucket } }) => ({ triggers: await parts.triggers.objectTriggers(bucket) }),
  )

  app.put(
    '/buckets/:bucket',
    {
      schema: {
        tags: ['Storage'],
        summary: 'Make a bucket',
        description:
          '201 where it is new, 200 where it was there. Triggers that waited for it are in force then.',
        params: BucketParams,
        response: {
          200: Type.Object({ name: Type.String() }),
          201: Type.Object({ name: Type.String() }),
        },
      },
      config: { errors: [...STORAGE_ERRORS, 'WebhookMissing'] },
    },
    async ({ params: { bucket } }, reply) => {
      const made = await storeOf(parts.storage).createBucket(bucket)
      await parts.triggers.bucketMade(bucket)
      return reply.code(made ? 201 : 200).send({ name: bucket })
    },
  )

  app.get(
    '/buckets/:bucket/objects',
    {
      schema: {
        tags: ['Storage'],
        summary: 'List objects, in the order of their keys',
        params: BucketParams,
        querystring: ListQuery,
        response: { 200: ObjectPage },
      },
      config: { errors: BUCKET_ERRORS },
    },
    async ({ params: { bucket }, query: { limit = LIMIT, prefix, cursor } }) =>
      storeOf(parts.storage).listObjects(bucket, { limit, prefix, cursor }),
  )
}

/** Puts, gets and removes objects. Their bytes go through, never into memory as a whole. */
export function objectRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request: unknown, payload: Readable, done: Taken) =>
    done(null, payload),
  )
  const url = '/buckets/:bucket/objects/*'
  const about = { tags: ['Storage'], params: ObjectParams }

  app.put<{ Params: { bucket: string; '*': string }; Body: Readable | undefined }>(
    url,
    {
      schema: {
        ...about,
        summary: 'Put an object',
        description: 'The body, whatever it is, with its content type.',
        response: { 200: Type.Object({ key: Type.String(), eTag: Type.String() }) },
      },
      config: { documentedBody: Bytes, errors: BUCKET_ERRORS },
    },
    async ({ params: { bucket, '*': key }, headers, body }) => {
      const upload: Upload = { bucket, key, ...depthField(headers['user-agent']) }
      const length = headers['content-length']
      if (headers['content-type']) upload.contentType = headers['content-type']
      if (length !== undefined) upload.size = Number(length)
      if (!body) upload.size = 0
      return { key, ...(await storeOf(parts.storage).putObject(upload, body ?? Readable.from([]))) }
    },
  )

  app.get<{ Params: { bucket: string; '*': string } }>(
    url,
    {
      exposeHeadRoute: false,
      schema: { ...about, summary: 'Get an object' },
      config: { documentedAnswers: { 200: Bytes }, errors: OBJECT_ERRORS },
    },
    async ({ params: { bucket, '*': key } }, reply) => {
      const { body, headers } = await storeOf(parts.storage).getObject(bucket, key)
      return reply.headers({ ...headers, ...HARMLESS }).send(body)
    },
  )

  app.delete<{ Params: { bucket: string; '*': string } }>(
    url,
    {
      schema: {
        ...about,
        summary: 'Remove an object',
        description: '204 also where there was none.',
        response: { 204: Type.Null() },
      },
      config: { errors: BUCKET_ERRORS },
    },
    async ({ params: { bucket, '*': key } }, reply) => {
      await storeOf(parts.storage).removeObject(bucket, key)
      return reply.code(204).send(null)
    },
  )
}

type Taken = (error: null, body: Readable) => void
