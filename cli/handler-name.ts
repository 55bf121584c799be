import path from 'node:path'
import { isFile } from './file-system.ts'
import { Problem } from './problem.ts'

/** Of sources, in the order in which a bundle takes them: what is compiled comes last. */
export const SOURCE_ENDINGS = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']
/** Of what a sandbox loads, in its order. */
export const LOADED_ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '/index.js']

const REMEDY =
  'Write it, or correct "handler" in hearth.json: the file without its ending, ".", its export.'

export interface HandlerName {
  /** Path of the module in the folder, without its ending. */
  module: string
  /** What the module has to export: of `ns.handler` the `ns`. */
  exported: string
}

/** Splits as a sandbox does: at the first dot of the last part of the path. Throws Problem. */
export function parseHandlerName(handler: string): HandlerName {
  const [, file, exported] = /^([^.]+)\.([^.]+)/.exec(path.basename(handler)) ?? []
  if (!file || !exported || handler.includes('..')) {
    throw new Problem(`"${handler}" is no name of a handler`, REMEDY)
  }
  return { module: path.join(path.dirname(handler), file), exported }
}

/** The module's file, relative to the folder: the first of the endings that is there. Throws Problem. */
export async function moduleFile(
  folder: string,
  module: string,
  endings: readonly string[],
): Promise<string> {
  for (const ending of endings) {
    if (await isFile(path.resolve(folder, module + ending))) return `./${module}${ending}`
  }
  const tried = endings.filter((ending) => ending.startsWith('.'))
  throw new Problem(
    `${path.join(folder, module)} is not there, with any of the endings ${tried.join(' ')}`,
    REMEDY,
  )
}

/** Whether a handler of this folder is written in TypeScript. */
export async function isTypeScript(folder: string, handler: string): Promise<boolean> {
  const { module } = parseHandlerName(handler)
  for (const ending of SOURCE_ENDINGS) {
    if (await isFile(path.join(folder, module + ending))) return ending.includes('ts')
  }
  return false
}
