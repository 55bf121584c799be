import { encodeFrame, FrameReader, type InitMessage, type InvokeMessage } from '../core/protocol.ts'
import { commonEnvironment, functionEnvironment, replaceEnvironment } from './environment.ts'
import { callHandler, marshalResult } from './handler-call.ts'
import { loadHandler } from './handler-loader.ts'
import type { Layout } from './layout.ts'

const INIT: InitMessage = {
  type: 'init',
  functionName: 'rehearsal',
  functionVersion: '$LATEST',
  handler: 'rehearsal.handler',
  memoryMb: 128,
  environment: {},
  egress: 'none',
}
const INVOKE: InvokeMessage = { type: 'invoke', id: 'rehearsal', deadlineMs: 0, arn: '' }

/**
 * Goes once through all that a first invocation goes through, as long as nobody waits for
 * the sandbox: what V8 and Node make ready on the way costs no cold start then. Leaves nothing
 * that a function could see.
 */
export async function rehearse(layout: Layout): Promise<void> {
  const [frame] = new FrameReader<InvokeMessage>().push(encodeFrame(INVOKE, Buffer.from('{}')))
  replaceEnvironment({ ...commonEnvironment(layout), ...functionEnvironment(INIT, layout) })
  replaceEnvironment(commonEnvironment(layout))
  const handler = await loadHandler(import.meta.dirname, INIT.handler)
  const event: unknown = JSON.parse(frame?.body.toString() ?? '{}')
  const value = await callHandler({
    handler,
    event,
    init: INIT,
    invoke: INVOKE,
    onEmptyLoop: () => () => undefined,
  })
  process.resourceUsage()
  encodeFrame({ type: 'result' }, marshalResult(value))
}
