import { Type } from 'typebox'
import { MAX_SYNC_BYTES } from '../../../core/functions/function.ts'
import { resolveVersion } from '../../functions/resolve-version.ts'
import { checkDepth } from '../../json-body.ts'
import { sendAsItComes } from '../../streamed-reply.ts'
import { EVENT_STREAM_TYPE, eventStreamOf } from '../event-stream.ts'
import { readReference } from '../function-reference.ts'
import { LongFunctionReference, o, QualifierMember } from '../members.ts'
import { operation } from '../operation.ts'
import { eventOf, invokeRequest } from './invoke.ts'

const invokeWithResponseStream = operation({
  name: 'InvokeWithResponseStream',
  route: 'POST /2021-11-15/functions/:FunctionName/response-streaming-invocations',
  status: 200,
  bodyLimit: MAX_SYNC_BYTES,
  isPayload: true,
  input: Type.Object({ FunctionName: LongFunctionReference, Qualifier: o(QualifierMember) }),
  async run({ parts, request, reply }, input) {
    const reference = readReference(input)
    const event = eventOf(request)
    checkDepth(event)
    if (request.headers['x-amz-invocation-type'] === 'DryRun') {
      await resolveVersion(parts, reference)
      return reply.code(204).send()
    }
    const answer = await parts.link.invokeStream(invokeRequest(request, reference, event))
    reply.header('x-amz-executed-version', answer.executedVersion)
    reply.header('x-amzn-remapped-content-type', answer.contentType)
    reply.header('content-type', EVENT_STREAM_TYPE)
    return sendAsItComes(reply, answer, eventStreamOf(answer))
  },
})

export const INVOKE_STREAM_OPERATIONS = [invokeWithResponseStream]
