import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Handler } from './handler-call.ts'
import { describeError, RuntimeError } from './runtime-error.ts'

/** Lambda's order, then the TypeScript kinds. */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

interface HandlerName {
  /** Path of the module under the task root, without extension. */
  module: string
  /** Path of the export in it. */
  exports: string[]
}

/** `src/app.ns.handler` is the export `ns.handler` of the module `src/app`. */
export function parseHandlerName(name: string): HandlerName {
  if (name.includes('..')) {
    throw new RuntimeError(
      'Runtime.MalformedHandlerName',
      `'..' is not valid in handler names: "${name}"`,
    )
  }
  const [, file, exported] = /^([^.]*)\.(.+)$/.exec(basename(name)) ?? []
  if (!file || !exported) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler "${name}"`)
  }
  return { module: join(dirname(name), file), exports: exported.split('.') }
}

/**
 * Loads a handler from the task root. Throws RuntimeError where the package is at fault, and
 * whatever the module itself throws while it loads.
 */
export async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  const { module, exports } = parseHandlerName(name)
  const requireFromTask = createRequire(join(taskRoot, 'handler'))
  const file = findModule(taskRoot, module, requireFromTask)
  let value: unknown = await loadModule(file, requireFromTask)
  for (const part of exports) {
    value = (value as Record<string, unknown> | null | undefined)?.[part]
  }
  if (value === undefined || value === null) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`)
  }
  if (typeof value !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is not a function`)
  }
  return value as Handler
}

function findModule(taskRoot: string, module: string, requireFromTask: NodeJS.Require): string {
  const path = join(taskRoot, module)
  for (const extension of EXTENSIONS) {
    const candidate = path + extension
    if (existsSync(candidate) && !(extension === '' && isDirectory(candidate))) return candidate
  }
  for (const specifier of [`./${module}`, module]) {
    try {
      return requireFromTask.resolve(specifier)
    } catch {
      // Not a folder with an index, not in a layer either: the error below names it.
    }
  }
  throw new RuntimeError(
    'Runtime.ImportModuleError',
    `Error: Cannot find module '${module}'\nRequire stack:\n- /var/runtime/index.mjs`,
  )
}

function isDirectory(path: string): boolean {
  return existsSync(`${path}/.`)
}

/** `require` first, which loads modules as well: `import` waits for a thread at each file, 0.2 ms of a cold start. */
async function loadModule(file: string, requireFromTask: NodeJS.Require): Promise<unknown> {
  try {
    return requireFromTask(file)
  } catch (error) {
    if (codeOf(error) !== 'ERR_REQUIRE_ASYNC_MODULE') throw asLoadError(error)
  }
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    throw asLoadError(error)
  }
}

function asLoadError(error: unknown): unknown {
  const code = codeOf(error)
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    const { errorMessage } = describeError(error)
    return new RuntimeError('Runtime.ImportModuleError', `Error: ${errorMessage}`, { cause: error })
  }
  if (error instanceof SyntaxError) {
    return new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, {
      cause: error,
    })
  }
  return error
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code
}
