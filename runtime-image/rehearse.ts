import { encodeFrame, FrameReader } from '../core/frame.ts'
import type { FromSandbox, InitMessage, InvokeMessage, ToSandbox } from '../core/protocol.ts'
import { commonEnvironment, replaceEnvironment } from './environment.ts'
import { InvocationLog } from './invocation-log.ts'
import { Sandbox, type SandboxParts } from './sandbox.ts'

const INIT: InitMessage = {
  type: 'init',
  functionName: 'rehearsal',
  functionVersion: '$LATEST',
  handler: 'rehearsal.handler',
  memoryMb: 128,
  environment: {},
  egress: 'public',
  logStream: 'rehearsal',
}
const INVOKE: InvokeMessage = { type: 'invoke', id: 'rehearsal', deadlineMs: 0, arn: '' }

/**
 * Plays a first invocation from its first frame to its last, in a `Sandbox` beside the real one, as long
 * as nobody waits for that: what V8 and Node make ready on the way costs no cold start then. Leaves
 * nothing that a function could see.
 */
export async function rehearse({
  layout,
  openEgress,
}: Pick<SandboxParts, 'layout' | 'openEgress'>): Promise<void> {
  const reader = new FrameReader<ToSandbox>()
  const ended = Promise.withResolvers<void>()
  const send = (message: ToSandbox) => {
    const frames = reader.push(encodeFrame(message, Buffer.from('{}')))
    for (const { head, body } of frames) sandbox.receive(head, body)
  }
  const answer = ({ type }: FromSandbox) => {
    if (type === 'ready') send(INVOKE)
    else ended.resolve()
  }
  const sandbox = new Sandbox({
    link: {
      send(head, body) {
        encodeFrame(head, body)
        answer(head)
      },
      sendLast: answer,
      gather() {},
      releaseLoop() {},
      holdLoop() {},
    },
    layout: { ...layout, task: import.meta.dirname },
    log: new InvocationLog(),
    openEgress, // As the function says that it becomes: opened again then.
  })
  const directory = process.cwd()
  send(INIT)
  // In the same turn of the event loop: the real `init` may be the next thing that comes.
  replaceEnvironment(commonEnvironment(layout))
  process.chdir(directory)
  await ended.promise
}
