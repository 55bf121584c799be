import type { FunctionDefinition } from '../types.ts'

/** Whether restoring the one would leave the other as it is. */
export function isSameState(one: FunctionDefinition, other: FunctionDefinition): boolean {
  return stateOf(one) === stateOf(other)
}

function stateOf(of: FunctionDefinition): string {
  const { codeSha256, layers, handler, runtime, memoryMb, timeoutSeconds, concurrency = 1 } = of
  const environment = Object.entries(of.environment).sort()
  const { buckets, egress } = of
  return JSON.stringify([
    codeSha256,
    layers.map(({ arn }) => arn),
    handler,
    runtime,
    environment,
    memoryMb,
    timeoutSeconds,
    concurrency,
    [buckets.read ?? [], buckets.write ?? []],
    egress,
  ])
}
