/**
 * What a sandbox runs: `node bootstrap.mjs [directory]`. Connects to the pool, says hello, becomes
 * the function that the pool's `init` names, and answers invocations until the link closes.
 */
import { prepareEgress } from './egress/egress.ts'
import { commonEnvironment, replaceEnvironment } from './environment.ts'
import { InvocationLog } from './invocation-log.ts'
import { layoutOf } from './layout.ts'
import { Link } from './link.ts'
import { replaceStandardStreams } from './raw-output.ts'
import { rehearse } from './rehearse.ts'
import { Sandbox } from './sandbox.ts'
import { offerStreaming } from './streaming.ts'

const layout = layoutOf(process.argv[2])
const log = new InvocationLog()
replaceStandardStreams()
log.replaceConsole()
offerStreaming()
replaceEnvironment(commonEnvironment(layout))

const openEgress = prepareEgress(layout)

const link = await Link.connect(layout.socket)
const sandbox = new Sandbox({ link, layout, log, openEgress })
process.on('uncaughtException', (error, origin) => sandbox.crash(error, origin))
process.on('unhandledRejection', (reason) => sandbox.crash(reason, 'unhandledRejection'))
link.listen((message, body) => {
  // A rehearsal that fails has only saved nothing.
  if (message.type === 'rehearse') void rehearse({ layout, openEgress }).catch(() => {})
  else sandbox.receive(message, body)
})
link.send({ type: 'hello', nodeVersion: process.version })
