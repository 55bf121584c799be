import { functionArn } from '../../core/functions/function.ts'
import { LATEST, splitTarget } from '../../core/functions/qualifier.ts'
import type { Message } from '../../core/invocations/delivery-store.ts'

const CONDITIONS = {
  succeeded: 'Success',
  failed: 'RetriesExhausted',
  expired: 'EventAgeExceeded',
} as const satisfies Record<Message['state'], string>

/**
 * What a destination gets, in Lambda's shape; event and result keep their bytes.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function messageBody(
  message: Message,
  { event, result }: { event: Buffer; result: Buffer },
): Buffer {
  const { invocationId, functionName: target, executedVersion, state, error } = message
  const version = executedVersion || LATEST
  const head = {
    version: '1.0',
    timestamp: message.endedAt.toISOString(),
    requestContext: {
      requestId: invocationId,
      functionArn: `${functionArn(splitTarget(target).functionName)}:${splitTarget(target).qualifier ?? LATEST}`,
      condition: CONDITIONS[state],
      approximateInvokeCount: message.attempts,
    },
  }
  const ran = executedVersion !== ''
  const responseContext = {
    statusCode: 200,
    executedVersion: version,
    ...(state !== 'succeeded' && { functionError: 'Unhandled' }),
  }
  const response = state === 'succeeded' ? result : error
  return Buffer.concat([
    Buffer.from(JSON.stringify(head).slice(0, -1)),
    Buffer.from(',"requestPayload":'),
    orNull(event),
    // Where nothing ran, there was no response.
    Buffer.from(ran ? `,"responseContext":${JSON.stringify(responseContext)}` : ''),
    Buffer.from(',"responsePayload":'),
    orNull(response),
    Buffer.from('}'),
  ])
}

const NULL = Buffer.from('null')

function orNull(json: Buffer): Buffer {
  return json.length === 0 ? NULL : json
}
