import { HearthError } from '../../core/errors.ts'
import { type FunctionDefinition, MAX_UNZIPPED_BYTES } from '../../core/functions/function.ts'
import { readZipEntries } from '../../core/functions/zip-entries.ts'
import type { GatewayParts } from '../parts.ts'

/**
 * Throws PayloadTooLarge where a function's code and layers together unpack to more than Lambda
 * allows. Code alone was looked at when it came.
 */
export async function checkUnpackedSize(
  parts: Pick<GatewayParts, 'code'>,
  { codeSha256, layers }: FunctionDefinition,
): Promise<void> {
  if (layers.length === 0) return
  let bytes = 0
  for (const sha of [codeSha256, ...layers.map((layer) => layer.codeSha256)]) {
    for (const { size } of await readZipEntries(await parts.code.get(sha))) bytes += size
  }
  if (bytes <= MAX_UNZIPPED_BYTES) return
  const what = 'Unpacked code package with its layers'
  throw new HearthError('PayloadTooLarge', { what, limitBytes: MAX_UNZIPPED_BYTES })
}
