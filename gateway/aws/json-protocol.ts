import { readFields } from '../json-body.ts'
import { AwsError, type CommonErrors } from './aws-error.ts'
import { inputMistakes } from './input-check.ts'
import { type Call, find, type Operation, type Operations } from './operation.ts'
import type { Protocol } from './service-routes.ts'

export const JSON_ERRORS: CommonErrors = {
  validation: 'ValidationException',
  accessDenied: 'AccessDeniedException',
  limit: { code: 'LimitExceededException', status: 400 },
  conflict: { code: 'ConcurrentModificationException', status: 400 },
  throttling: 'ThrottlingException',
  unavailable: 'ServiceUnavailableException',
  internal: 'InternalException',
}

const CONTENT_TYPE = 'application/x-amz-json-1.1'

/**
 * AWS JSON 1.1: `X-Amz-Target` names the operation, the body is its input. `named`: errors that the
 * service has other names for.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function jsonProtocol(
  target: string,
  operations: Operations,
  named: Partial<CommonErrors> = {},
): Protocol {
  const common = { ...JSON_ERRORS, ...named }
  return {
    common,
    async answer({ headers, body }, call) {
      const asked = String(headers['x-amz-target'] ?? '')
      const name = asked.startsWith(`${target}.`) ? asked.slice(target.length + 1) : ''
      const operation = find(operations, name)
      if (!operation) throw unknownOperation(asked)
      if (!operation.resource) call.requireAllowed(name)
      const input = inputOf(body)
      if (operation.resource) call.requireAllowed(name, operation.resource(input))
      const output = await run(operation, input, call).catch((error) => {
        throw renamed(error, common)
      })
      return { status: 200, contentType: CONTENT_TYPE, body: JSON.stringify(output ?? {}) }
    },
    error: ({ code, message, status }) => ({
      status,
      contentType: CONTENT_TYPE,
      errorCode: code,
      body: JSON.stringify({ __type: code, message, Message: message }),
    }),
  }
}

/** Checks an operation's input and runs it. Throws AwsError. */
export async function run(operation: Operation, input: unknown, call: Call): Promise<unknown> {
  const mistakes = inputMistakes(operation.input, input)
  if (mistakes !== undefined) throw new AwsError(JSON_ERRORS.validation, mistakes)
  return await operation.run(input as never, call)
}

/** A JSON object; `{}` where there is no body, and without members that are null. Throws AwsError. */
export function inputOf(body: Buffer): object {
  if (body.length === 0) return {}
  let value: unknown
  try {
    value = readFields(body)
  } catch (error) {
    throw new AwsError('SerializationException', (error as Error).message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'The body must be a JSON object.')
  }
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null))
}

/** A mistake in an operation's input, as the service calls such. */
function renamed(error: unknown, { validation }: CommonErrors): unknown {
  if (!(error instanceof AwsError) || error.code !== JSON_ERRORS.validation) return error
  return new AwsError(validation, error.message, error.status)
}

function unknownOperation(asked: string): AwsError {
  const shown = asked === '' ? 'that has no X-Amz-Target' : asked.slice(0, 100)
  return new AwsError(
    'UnknownOperationException',
    `Operation ${shown} is not supported by this platform.`,
  )
}
