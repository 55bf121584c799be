import type { RunnableFunction } from './call.ts'
import type { CodeCache } from './code-cache.ts'
import type { Place } from './sandbox-body.ts'

/** What puts a function's code and layers into a sandbox; without layers, nothing is done for them. */
export function placeFor(cache: CodeCache, { definition }: RunnableFunction): Place {
  const { codeSha256, layers } = definition
  if (layers.length === 0) {
    return async ({ task }) => {
      await cache.place([codeSha256], task)
    }
  }
  const hashes = layers.map((layer) => layer.codeSha256)
  return async ({ task, opt }) => {
    await cache.place([codeSha256], task)
    await cache.place(hashes, opt)
  }
}

/** Unpacks them, so that the first sandbox finds them. Rejects with what the store or a package has wrong. */
export async function prepareFor(
  cache: CodeCache,
  { definition }: RunnableFunction,
): Promise<void> {
  await cache.prepare([definition.codeSha256])
  const layers = definition.layers.map(({ codeSha256 }) => codeSha256)
  if (layers.length > 0) await cache.prepare(layers)
}
