import t from 'tap'
import type { InvokeRequest } from '../../../core/links/invoke-link.ts'
import { Call, type RunnableFunction } from '../../../scheduler/pool/call.ts'
import { FreeCores } from '../../../scheduler/pool/free-cores.ts'
import { Lane } from '../../../scheduler/pool/lane.ts'
import { planStarts } from '../../../scheduler/pool/placement.ts'
import type { Sandbox } from '../../../scheduler/pool/sandbox.ts'
import { view } from '../../fixtures/pool-view.ts'

const definition = { name: 'f', memoryMb: 128, environment: {}, reservedConcurrency: null }
const fn = { definition } as unknown as RunnableFunction

function emptyLane(): Lane {
  const limit = Number.POSITIVE_INFINITY
  return new Lane(
    'f 1',
    { name: 'f', active: 0, held: 0, draining: new Set(), limit, lanes: new Set() },
    fn,
  )
}

function call(patient: boolean): Call {
  const request = { patient, event: Buffer.from('{}') } as unknown as InvokeRequest
  return new Call(
    { fn, request },
    () => undefined,
    () => undefined,
  )
}

t.test(
  'a queue that is never empty gets one sandbox more, one that drains gets none',
  async (t) => {
    const lane = emptyLane()
    const [first, second] = [call(false), call(false)]
    lane.wait(first)
    lane.wait(second)
    const soon = second.enteredAt + 20
    const late = second.enteredAt + 30
    const cores = new FreeCores()
    t.equal(lane.view(soon, cores, 25).overdue, 0)
    lane.waiting.shift()
    const third = call(false)
    Object.assign(third, { enteredAt: soon })
    lane.wait(third)
    lane.waiting.shift()
    t.equal(lane.view(late, cores, 25).overdue, 1, 'nobody waits for long, and somebody always')
    lane.waiting.shift()
    const fourth = call(false)
    Object.assign(fourth, { enteredAt: late })
    lane.wait(fourth)
    t.equal(lane.view(late + 20, cores, 25).overdue, 0, 'it was empty in between')
  },
)

t.test('who is waited for is not held behind a patient one that has its start', async (t) => {
  const lane = emptyLane()
  for (const patient of [true, false]) lane.wait(call(patient))
  lane.patient = 1
  lane.start({ isAlmostFree: false } as Sandbox)
  const line = lane.view(performance.now(), new FreeCores())
  t.equal(line.patient, 0, 'it waits for what starts already')
  const { steps } = planStarts(view({ generics: 3, coreFree: false, waiting: [line] }))
  t.same(steps, [{ do: 'specialise', key: 'f 1' }])
})
