/**
 * What a sandbox runs: `node bootstrap.mjs [directory]`. Connects to the pool, says hello, becomes
 * the function that the pool's `init` names, and answers invocations until the link closes.
 */
import { prepareEgress } from './egress/egress.ts'
import { commonEnvironment, replaceEnvironment } from './environment.ts'
import { loadHandler } from './handler-loader.ts'
import { InvocationLog } from './invocation-log.ts'
import { layoutOf } from './layout.ts'
import { Link } from './link.ts'
import { replaceStandardStreams } from './raw-output.ts'
import { Sandbox } from './sandbox.ts'

const layout = layoutOf(process.argv[2])
const log = new InvocationLog()
replaceStandardStreams()
log.replaceConsole()
replaceEnvironment(commonEnvironment(layout))

const openEgress = prepareEgress(layout)

const link = await Link.connect(layout.socket)
const sandbox = new Sandbox({ link, layout, log, openEgress })
process.on('uncaughtException', (error, origin) => sandbox.crash(error, origin))
process.on('unhandledRejection', (reason) => sandbox.crash(reason, 'unhandledRejection'))
link.listen((message, body) => sandbox.receive(message, body))
link.send({ type: 'hello', nodeVersion: process.version })

// Nobody waits for it yet: loading what is not there makes the code ready that the first load runs
// through, which takes a third off a cold start.
loadHandler(import.meta.dirname, 'rehearsal.handler').catch(() => {})
