import type { CodeStore } from '../../core/functions/code-store.ts'
import { unpackZip } from '../../core/functions/zip.ts'
import type { RunnableFunction } from './call.ts'
import { CodeCache } from './code-cache.ts'
import { CompiledCodes } from './compiled-code.ts'
import { bootVariables } from './lane.ts'
import type { Place } from './sandbox-body.ts'

export interface FunctionPackagesOptions {
  directory: string
  code: CodeStore
  /** Of the sandboxes, where they run in containers. */
  imageId: string | undefined
}

/** What sandboxes get of a function: its code, its layers, and what earlier ones have compiled of them. */
export class FunctionPackages {
  readonly #cache: CodeCache
  readonly #compiled: CompiledCodes

  private constructor(cache: CodeCache, imageId: string | undefined) {
    this.#cache = cache
    this.#compiled = new CompiledCodes(cache, imageId)
  }

  static async open({ imageId, ...options }: FunctionPackagesOptions): Promise<FunctionPackages> {
    return new FunctionPackages(await CodeCache.open({ ...options, unpack: unpackZip }), imageId)
  }

  /** What puts it into a sandbox; for layers, where there are none, nothing is done. */
  placeFor(fn: RunnableFunction): Place {
    const { codeSha256, layers } = fn.definition
    const hashes = layers.map((layer) => layer.codeSha256)
    // They may change what is compiled, and where Node keeps that.
    const isPlain = Object.keys(bootVariables(fn)).length === 0
    return async ({ task, opt, compiled }, uid) => {
      let codeBytes = await this.#cache.place([codeSha256], task)
      if (hashes.length > 0) codeBytes += await this.#cache.place(hashes, opt)
      return isPlain ? await this.#compiled.place({ fn, codeBytes }, compiled, uid) : {}
    }
  }

  /** Unpacks it, so that the first sandbox finds it. Rejects with what the store or a package has wrong. */
  async prepare({ definition }: RunnableFunction): Promise<void> {
    await this.#cache.prepare([definition.codeSha256])
    const layers = definition.layers.map(({ codeSha256 }) => codeSha256)
    if (layers.length > 0) await this.#cache.prepare(layers)
  }

  /** The function is gone: what was compiled of its code goes, too. */
  forget(functionName: string): void {
    this.#compiled.forget(functionName)
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    await this.#cache.close()
  }
}
