import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { GatewayParts } from '../parts.ts'

/** Lambda's limits of a region, where nobody has asked for more: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const CONCURRENCY_MAX = 1000
export const UNRESERVED_MIN = 100
export const TOTAL_CODE_BYTES_MAX = 75 * 1024 ** 3

const FUNCTIONS_OF_A_READ = 500
const VERSIONS_MAX = 100_000

export interface AccountUsage {
  functions: number
  /** Of all versions of all functions, and of all layers. */
  codeBytes: number
  /** Sum of what functions have reserved. */
  reserved: number
}

/** What all functions together have. */
export async function readUsage(parts: GatewayParts): Promise<AccountUsage> {
  const usage: AccountUsage = { functions: 0, codeBytes: 0, reserved: 0 }
  for await (const one of eachFunction(parts)) {
    usage.functions += 1
    usage.reserved += one.reservedConcurrency ?? 0
    usage.codeBytes += one.codeSize
    if (one.lastVersion === undefined) continue
    const { versions } = await parts.functions.listVersions(one.name, { limit: VERSIONS_MAX })
    for (const { codeSize } of versions) usage.codeBytes += codeSize
  }
  for (const name of await parts.layers.names()) {
    for (const { codeSize } of await parts.layers.versions(name)) usage.codeBytes += codeSize
  }
  return usage
}

/** Concurrency that functions other than this one have reserved. */
export async function reservedByOthers(parts: GatewayParts, name: string): Promise<number> {
  let reserved = 0
  for await (const one of eachFunction(parts)) {
    if (one.name !== name) reserved += one.reservedConcurrency ?? 0
  }
  return reserved
}

async function* eachFunction(parts: GatewayParts): AsyncGenerator<FunctionDefinition> {
  let cursor: string | undefined
  do {
    const page = { limit: FUNCTIONS_OF_A_READ, ...(cursor !== undefined && { cursor }) }
    const read = await parts.functions.list(page)
    yield* read.functions
    cursor = read.cursor
  } while (cursor !== undefined)
}
