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

function call(patient: boolean): Call {
  const request = { patient, event: Buffer.from('{}') } as unknown as InvokeRequest
  return new Call(
    { fn, request },
    () => undefined,
    () => undefined,
  )
}

t.test('who is waited for is not held behind a patient one that has its start', async (t) => {
  const lane = new Lane(
    'f 1',
    { name: 'f', active: 0, held: 0, limit: Number.POSITIVE_INFINITY, lanes: new Set() },
    fn,
  )
  for (const patient of [true, false]) lane.wait(call(patient))
  lane.patient = 1
  lane.start({ isAlmostFree: false } as Sandbox)
  const line = lane.view(performance.now(), new FreeCores())
  t.equal(line.patient, 0, 'it waits for what starts already')
  const { steps } = planStarts(view({ generics: 3, coreFree: false, waiting: [line] }))
  t.same(steps, [{ do: 'specialise', key: 'f 1' }])
})
