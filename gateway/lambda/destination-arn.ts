import { Value } from 'typebox/value'
import { ACCOUNT_ID, REGION } from '../../core/functions/function.ts'
import { splitTarget, targetOf } from '../../core/functions/qualifier.ts'
import { Destination } from '../../core/invocations/destination.ts'
import { readReference } from './function-reference.ts'
import { invalidParameter } from './lambda-error.ts'

const NOT_HERE: Readonly<Record<string, string>> = { sqs: 'SQS queues', sns: 'SNS topics' }

/**
 * Where an ARN leads to: a function, a bucket (of failures alone) or the event bus. Throws
 * InvalidParameterValueException.
 */
export function destinationOf(of: {
  arn: string
  end: 'OnSuccess' | 'OnFailure'
  functionName: string
}): Destination {
  const { arn, end, functionName } = of
  const [, , service = ''] = arn.split(':')
  if (NOT_HERE[service]) {
    throw invalidParameter(
      `The destination ARN ${arn} cannot be used: ${NOT_HERE[service]} are not available on this platform. Name a function, an event bus, or for failures a bucket.`,
    )
  }
  const destination = parsed(arn, service)
  if (!destination || !Value.Check(Destination, destination)) {
    throw invalidParameter(`The destination ARN ${arn} is invalid.`)
  }
  if (destination.type === 'bucket' && end === 'OnSuccess') {
    throw invalidParameter(
      `The destination ARN ${arn} is invalid: a bucket is a destination of failures alone.`,
    )
  }
  if (
    destination.type === 'function' &&
    splitTarget(destination.functionName).functionName === functionName
  ) {
    throw invalidParameter("You can't specify the function as a destination for itself.")
  }
  return destination
}

function parsed(arn: string, service: string): Destination | undefined {
  if (service === 'lambda') {
    const { functionName, qualifier } = readReference({ FunctionName: arn })
    return { type: 'function', functionName: targetOf(functionName, qualifier) }
  }
  if (service === 's3') return { type: 'bucket', bucket: arn.split(':').slice(5).join(':') }
  const bus = `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/default`
  return arn === bus ? { type: 'event' } : undefined
}
