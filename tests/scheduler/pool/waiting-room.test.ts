import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { DEFAULT_CONFIGURATION, type FunctionDefinition } from '../../../core/functions/function.ts'
import { Call } from '../../../scheduler/pool/call.ts'
import { Lanes } from '../../../scheduler/pool/lanes.ts'
import { WaitingRoom } from '../../../scheduler/pool/waiting-room.ts'

const definition = {
  ...DEFAULT_CONFIGURATION,
  name: 'f',
  revisionId: '1',
} as unknown as FunctionDefinition
const fn = { definition, environment: {} }

function enter() {
  const lanes = new Lanes()
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const request = { id: 'a', functionName: 'f', event: Buffer.from('{}') }
  return {
    lanes,
    room: new WaitingRoom(lanes, 20),
    call: new Call({ fn, request }, resolve, reject),
    promise,
  }
}

t.test('who finds no sandbox in time is refused, and nothing of the version is kept', async (t) => {
  const { lanes, room, call, promise } = enter()
  room.admit(lanes.of(fn), call)
  await t.rejects(promise, { code: 'TooManyRequests' })
  t.same([...lanes.all()], [])
  t.equal(lanes.waitingBytes, 0)
})

t.test('who lost a sandbox does not wait for ever for the next one', async (t) => {
  const { lanes, room, call, promise } = enter()
  const lane = lanes.of(fn)
  room.admit(lane, call)
  t.equal(lanes.nextCall(lane), call, 'it had its sandbox')
  room.admitAgain(lanes.of(fn), call)
  await t.rejects(promise, { code: 'TooManyRequests' })
  t.same([...lanes.all()], [])
})

t.test(
  'who asks at once is refused where those that run and wait use the reserved number up',
  async (t) => {
    const lanes = new Lanes()
    const room = new WaitingRoom(lanes, 10_000)
    const reserved = { ...fn, definition: { ...definition, reservedConcurrency: 2 } }
    const request = { id: 'a', functionName: 'f', event: Buffer.from('{}'), atOnce: true }
    const call = () =>
      new Call(
        { fn: reserved, request },
        () => undefined,
        () => undefined,
      )
    const lane = lanes.of(reserved)
    room.admit(lane, call())
    // Of another version: the number is the function's.
    const version = { ...reserved, definition: { ...reserved.definition, revisionId: '2' } }
    room.admit(lanes.of(version), call())
    t.throws(() => room.admit(lane, call()), {
      code: 'TooManyRequests',
      details: { awsReason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    })
    lanes.limit({ ...reserved.definition, reservedConcurrency: 3 })
    room.admit(lane, call())
    room.empty(new HearthError('ShuttingDown'))
  },
)
