import { concurrencyOf, functionArn } from '../../core/functions/function.ts'
import { targetOf } from '../../core/functions/qualifier.ts'
import type { FatalMessage, FromSandbox, InitMessage, InvokeMessage } from '../../core/protocol.ts'
import type { Call, RunnableFunction } from './call.ts'
import type { LaunchOrder } from './driver.ts'

export type AnswerMessage = Extract<FromSandbox, { type: 'result' | 'error' | 'invalidEvent' }>

export function initMessage(
  { definition, environment }: RunnableFunction,
  logStream: string,
  { isProvisioned }: Pick<LaunchOrder, 'isProvisioned'>,
): InitMessage {
  return {
    type: 'init',
    functionName: definition.name,
    functionVersion: definition.version,
    handler: definition.handler,
    memoryMb: definition.memoryMb,
    environment,
    egress: definition.egress,
    logStream,
    ...(concurrencyOf(definition) > 1 && { concurrency: definition.concurrency }),
    ...(isProvisioned && { initializationType: 'provisioned-concurrency' as const }),
  }
}

export function invokeMessage({ fn, request, stream }: Call, deadlineMs: number): InvokeMessage {
  const { id, qualifier, clientContext, traceId, traceparent } = request
  return {
    type: 'invoke',
    id,
    deadlineMs,
    arn: functionArn(targetOf(fn.definition.name, qualifier)),
    ...(clientContext === undefined ? undefined : { clientContext }),
    ...(traceId === undefined ? undefined : { traceId }),
    ...(traceparent === undefined ? undefined : { traceparent }),
    ...(stream === undefined ? undefined : { stream: true }),
  }
}

export function isAnswer(message: FromSandbox): message is AnswerMessage {
  const { type } = message
  return type === 'result' || type === 'error' || type === 'invalidEvent'
}

/** What a sandbox that ends has measured of the invocation that it ran. */
export function measuredOf({ handlerMs, maxMemoryMb }: FatalMessage) {
  if (handlerMs === undefined || maxMemoryMb === undefined) return {}
  return { measured: { handlerMs, maxMemoryMb } }
}
