import t from 'tap'
import {
  mustYield,
  type PoolView,
  patienceMs,
  planStarts,
  refillStarts,
  shareOf,
  type WaitingLine,
} from '../../../scheduler/pool/placement.ts'
import { line, view } from '../../fixtures/pool-view.ts'

/** Steps in short: `specialise a`, `boot`. */
function steps(of: PoolView): string[] {
  return planStarts(of).steps.map((step) => Object.values(step).join(' '))
}

t.test('where waiting invocations go', async (t) => {
  const idle = (...ids: string[]) => ids.map((id) => ({ id, memoryMb: 128 }))
  const rows: [string, Partial<PoolView>, string[]][] = [
    ['nobody waits: nothing', { waiting: [], generics: 4 }, []],
    ['a generic sandbox is taken', { generics: 2 }, ['specialise a']],
    ['without one, one is booted', {}, ['boot']],
    ['one that boots already is waited for', { booting: 1, sandboxes: 1 }, []],
    [
      'N waiting take N',
      { generics: 4, waiting: [line({ waiting: 3 })] },
      Array(3).fill('specialise a'),
    ],
    [
      'less those that are starting',
      { generics: 4, waiting: [line({ waiting: 3, starting: 2 })] },
      ['specialise a'],
    ],
    [
      'none when as many start as wait',
      { generics: 4, waiting: [line({ waiting: 2, starting: 3 })] },
      [],
    ],
    [
      'less its own idle ones, which are taken first',
      { generics: 4, waiting: [line({ waiting: 3, idle: 2 })] },
      ['specialise a'],
    ],
    [
      'no more than its limit',
      { generics: 4, waiting: [line({ waiting: 9, limit: 2 })] },
      Array(2).fill('specialise a'),
    ],
    [
      'of which those that run count',
      { generics: 4, waiting: [line({ waiting: 9, limit: 2, busy: 2, expectedMs: 1e4 })] },
      [],
    ],
    [
      'one at a time after a failed start',
      { generics: 4, waiting: [line({ waiting: 9, probing: true })] },
      ['specialise a'],
    ],
    [
      'four containers start at once, no more',
      { waiting: [line({ waiting: 9 })] },
      Array(4).fill('boot'),
    ],
    [
      'a large function starts a container of its own',
      { generics: 2, waiting: [line({ own: true, memoryMb: 1500 })] },
      ['launch a'],
    ],
    [
      'in a full pool the oldest idle one leaves',
      { sandboxes: 20, memoryMb: 2560, idle: idle('old', 'new') },
      ['evict old', 'boot'],
    ],
    [
      'for memory as many as it takes',
      {
        sandboxes: 20,
        memoryMb: 2560,
        idle: idle('x', 'y', 'z'),
        waiting: [line({ memoryMb: 256 })],
      },
      ['evict x', 'evict y', 'boot'],
    ],
    [
      'a generic one is given up for a large one',
      { sandboxes: 20, memoryMb: 2560, generics: 4, waiting: [line({ own: true, memoryMb: 256 })] },
      ['shed', 'shed', 'launch a'],
    ],
    [
      'but not the one that is taken itself',
      {
        memoryMbMax: 512,
        sandboxes: 4,
        memoryMb: 512,
        generics: 1,
        waiting: [line({ memoryMb: 256 })],
      },
      [],
    ],
    [
      'nothing leaves in vain',
      {
        memoryMbMax: 512,
        sandboxes: 4,
        memoryMb: 512,
        idle: idle('x'),
        waiting: [line({ memoryMb: 1024 })],
      },
      [],
    ],
  ]
  for (const [what, changes, expected] of rows) t.strictSame(steps(view(changes)), expected, what)
})

t.test('the next sandbox goes to the function that holds the fewest', async (t) => {
  const waiting = [
    line({ key: 'many', waiting: 5, busy: 3, expectedMs: 1e4, waitingSince: 1 }),
    line({ key: 'none', waiting: 2, waitingSince: 9 }),
    line({ key: 'one', waiting: 1, busy: 1, expectedMs: 1e4, waitingSince: 5 }),
  ]
  t.strictSame(steps(view({ generics: 4, waiting })).slice(0, 4), [
    'specialise none',
    'specialise one',
    'specialise none',
    'specialise many',
  ])
})

t.test('no function holds the last tenth of the pool', async (t) => {
  t.equal(shareOf(1), 1)
  t.equal(shareOf(2), 1)
  t.equal(shareOf(10), 9)
  t.equal(shareOf(100), 90)
  const greedy = line({ waiting: 50, busy: 18, expectedMs: 1e4 })
  t.strictSame(steps(view({ sandboxes: 18, memoryMb: 18 * 128, waiting: [greedy] })), [])
})

t.test('who has no room is starved, and others who hold more yield to it', async (t) => {
  const { starved } = planStarts(view({ sandboxes: 20, memoryMb: 2560 }))
  t.equal(starved.length, 1)
  t.ok(mustYield('b', 2, starved), 'two more than it')
  t.notOk(mustYield('b', 1, starved), 'one more would only change places')
  t.notOk(mustYield('a', 9, starved), 'to itself nobody yields')
  t.notOk(mustYield('b', 9, []))
})

t.test('a busy sandbox that will be free sooner is waited for', async (t) => {
  const fast = line({ waiting: 4, busy: 2, expectedMs: 1 })
  t.ok(patienceMs(fast, 4) > 0, '2 ms, where a generic one costs more')
  t.strictSame(steps(view({ generics: 4, waiting: [fast] })), [])
  t.strictSame(
    steps(view({ generics: 4, waiting: [{ ...fast, overdue: 1 }] })),
    ['specialise a'],
    'but not for ever',
  )
  t.equal(patienceMs(line({ waiting: 40, busy: 2, expectedMs: 1 }), 4), 0, 'a long queue is not')
  t.ok(
    patienceMs(line({ waiting: 40, busy: 2, expectedMs: 1 }), 0) > 0,
    'unless another one must boot first',
  )
  t.equal(patienceMs(line({ waiting: 1, busy: 0, expectedMs: 1 }), 4), 0, 'nobody is busy')
  t.equal(patienceMs(line({ waiting: 1, busy: 1 }), 4), 0, 'nothing is known')
})

t.test(
  'what nobody waits for starts no more of a short function while the cores are busy',
  async (t) => {
    const waiting = { waiting: 9, overdue: 9, busy: 2, expectedMs: 3, leastMs: 3 }
    const patient = { ...waiting, patient: 9, overduePatient: 9 }
    const startsFor = (changes: Partial<WaitingLine>, coreFree: boolean) =>
      planStarts(view({ generics: 3, coreFree, waiting: [line(changes)] })).steps.filter(
        (step) => step.do === 'specialise',
      ).length
    t.equal(startsFor(patient, false), 0)
    t.equal(startsFor(patient, true), 3, 'with a core to spare it does')
    t.equal(startsFor(waiting, false), 3, 'and so does who is waited for')
    t.equal(startsFor({ ...patient, patient: 8, overduePatient: 8 }, false), 1)
    const long = { ...patient, expectedMs: 11, leastMs: 11 }
    t.equal(startsFor(long, false), 3, 'a long one shares the cores')
    t.equal(
      startsFor({ ...patient, expectedMs: 99 }, false),
      0,
      'one that is only pushed off them not',
    )
    const unknown = { ...patient, expectedMs: undefined, leastMs: undefined }
    t.equal(startsFor(unknown, false), 0, 'and none before the first is over')
    t.equal(startsFor({ ...unknown, busy: 0 }, false), 1, 'which is started')
    t.equal(
      startsFor({ ...patient, busy: 0, active: 1 }, false),
      2,
      'a sandbox of another version is no help: two a core are started',
    )
  },
)

t.test('no more are started than may run, whoever waits and however long', async (t) => {
  const waiting = { waiting: 30, overdue: 30, busy: 6, expectedMs: 1, leastMs: 1, runningMax: 8 }
  const specialised = (changes: Partial<WaitingLine>) =>
    steps(view({ generics: 9, coreFree: false, waiting: [line({ ...waiting, ...changes })] }))
      .length
  t.equal(specialised({}), 2)
  t.equal(specialised({ starting: 2 }), 0, 'those that start count')
  t.equal(specialised({ idle: 1 }), 1, 'and those that are idle')
  t.equal(specialised({ brieflyBusy: 0 }), 8, 'but none that waits for something else than a core')
})

t.test('generic sandboxes are refilled only into room that is free', async (t) => {
  const rows: [string, Partial<PoolView>, number][] = [
    ['all that are missing', { generics: 1 }, 3],
    ['those that boot count', { generics: 1, booting: 2, sandboxes: 3, memoryMb: 384 }, 1],
    ['none too many', { generics: 6 }, 0],
    ['only to the end of the pool', { sandboxes: 19, memoryMb: 128 }, 1],
    ['only to the end of the memory', { sandboxes: 2, memoryMb: 2560 - 300 }, 2],
    ['never by pushing someone out', { sandboxes: 20, idle: [{ id: 'x', memoryMb: 128 }] }, 0],
  ]
  for (const [what, changes, count] of rows) t.equal(refillStarts(view(changes), 4), count, what)
})
