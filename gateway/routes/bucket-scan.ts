import { Type } from 'typebox'
import { BucketName } from '../../core/identifiers.ts'
import type { EndedPass, ScanState } from '../../core/storage/object-scan-store.ts'
import { storeOf } from '../../core/storage/object-store.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const passFields = {
  startedAt: Type.String(),
  objects: Type.Integer({ description: 'Objects, versions and delete markers that were listed' }),
  found: Type.Integer({ description: 'Invocations that were missing' }),
}

const Scan = Type.Object({
  bucket: Type.String(),
  state: Type.Enum(['off', 'waiting', 'scanning'], {
    description: 'off: nothing in it triggers a function. scanning: a pass is under way.',
  }),
  pass: Type.Optional(
    Type.Object({
      ...passFields,
      cursor: Type.Optional(Type.String({ description: 'Where it goes on; absent at the start' })),
    }),
  ),
  lastPass: Type.Optional(
    Type.Object(
      { ...passFields, endedAt: Type.String() },
      { description: 'The last one that came to the end' },
    ),
  ),
  watermark: Type.Optional(
    Type.String({ description: 'Everything that was modified before is accounted for' }),
  ),
  error: Type.Optional(
    Type.Object(
      { at: Type.String(), message: Type.String() },
      { description: 'Why it did not get on when it tried last' },
    ),
  ),
  findings: Type.Array(
    Type.Object({
      foundAt: Type.String(),
      key: Type.String(),
      versionId: Type.Optional(Type.String()),
      eventName: Type.String(),
      modifiedAt: Type.String(),
      functionName: Type.String(),
      invocationId: Type.String(),
    }),
    { description: 'The last fifty invocations that were missing, newest first' },
  ),
})

/** How far the reconcile scan of a bucket is, and what it has found. */
export function bucketScanRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/buckets/:bucket/scan',
    {
      schema: {
        tags: ['Storage'],
        summary: 'Read how the scan of a bucket goes',
        description:
          'A bucket with object triggers is listed again and again, and what no webhook has reported ' +
          'causes its invocations all the same.',
        params: Type.Object({ bucket: BucketName }),
        response: { 200: Scan },
      },
      config: { errors: ['StorageOff', 'StorageUnavailable', 'BucketNotFound'] },
    },
    async ({ params: { bucket } }) => {
      await storeOf(parts.storage).requireBucket(bucket)
      const [triggers, state, findings] = await Promise.all([
        parts.triggers.objectTriggers(bucket),
        parts.scans.read(bucket),
        parts.scans.findings(bucket),
      ])
      if (triggers.length === 0) return { bucket, state: 'off' as const, findings }
      return { bucket, ...shown(state), findings }
    },
  )
}

function shown({ pass, lastPass, watermarkMs, error }: ScanState) {
  return {
    state: pass ? ('scanning' as const) : ('waiting' as const),
    ...(pass && {
      pass: { ...counted(pass), ...(pass.cursor !== undefined && { cursor: pass.cursor }) },
    }),
    ...(lastPass && { lastPass: { ...counted(lastPass), endedAt: isoTime(lastPass.endedMs) } }),
    ...(watermarkMs !== undefined && { watermark: isoTime(watermarkMs) }),
    ...(error && { error: { at: isoTime(error.atMs), message: error.message } }),
  }
}

function counted({ startedMs, objects, found }: Omit<EndedPass, 'endedMs'>) {
  return { startedAt: isoTime(startedMs), objects, found }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
