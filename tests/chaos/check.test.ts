import t from 'tap'
import { check, type Evidence, type Law } from '../../chaos/check.ts'
import type { LedgerEntry, NewEntry } from '../../chaos/ledger-entry.ts'
import type { Attempt, Invocation } from '../../core/invocations/invocation.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const iso = (ms: number) => new Date(NOW + ms).toISOString()

function attempt(outcome: NonNullable<Attempt['outcome']>, more: Partial<Attempt> = {}): Attempt {
  return { startedAt: iso(0), endedAt: iso(100), outcome, node: 'n', ...more }
}

function record(fields: Partial<Invocation> = {}): Invocation {
  return {
    id: 'i1',
    functionName: 'ok',
    version: '$LATEST',
    type: 'Event',
    state: 'succeeded',
    cause: { kind: 'request' },
    createdAt: iso(0),
    attempts: [attempt('succeeded')],
    result: { token: 'ok-1', run: 'r1' },
    ...fields,
  }
}

const intent: NewEntry = { kind: 'intent', token: 'ok-1', functionName: 'ok' }
const ack: NewEntry = { kind: 'ack', token: 'ok-1', id: 'i1' }
const run: NewEntry = { kind: 'run', token: 'ok-1', id: 'i1', run: 'r1', functionName: 'ok' }

interface Case {
  entries?: (NewEntry & { at?: number })[]
  records?: (Invocation | undefined)[]
  later?: Invocation
  journal?: Evidence['journal']
  blames?: string[]
}

function lawsOf(given: Case) {
  const { entries = [intent, ack, run], records = [record()], later, blames } = given
  const look = new Map(records.map((one) => [one?.id ?? 'i1', one]))
  const evidence: Evidence = {
    entries: entries.map((entry): LedgerEntry => ({ at: NOW + 50, ...entry })),
    first: look,
    second: later ? new Map([[later.id, later]]) : look,
    journal: given.journal ?? { lists: [], unknown: [] },
    blames: new Set(blames),
    clocksAgree: true,
    spanMs: 30_000,
  }
  return check(evidence).findings.map(({ law }) => law)
}

const failed = { state: 'failed', result: undefined } as const
const thrown = attempt('functionError', { errorType: 'TypeError' })
const throwing = { ...failed, functionName: 'throw' }
const delivery: NewEntry = { kind: 'delivery', id: 'i1', message: 'm1' }
const told = [intent, ack, run, delivery]
const killed = attempt('functionError', { errorType: 'Runtime.ExitError' })
const object: NewEntry = { kind: 'intent', token: 'k@1', functionName: 'objects', key: 'k' }
const tick = (id: string, ms: number) =>
  record({ id, functionName: 'ticks', cause: { kind: 'schedule', detail: iso(ms) } })
const tickRun = (id: string): NewEntry => ({ ...run, token: 'tick', id, functionName: 'ticks' })

const CASES: [what: string, given: Case, expected: Law[]][] = [
  ['all as it should be', {}, []],
  ['an event that nobody was told of may run', { entries: [intent, run] }, []],
  ['one that was acknowledged and is unknown', { records: [undefined] }, ['lost']],
  ['one that is still open', { records: [record({ state: 'running' })] }, ['lost']],
  ['one that succeeded and never ran', { entries: [intent, ack] }, ['lost', 'double result']],
  ['a run of what nobody sent', { entries: [ack, run] }, ['phantom']],
  [
    'a repeat that became another invocation',
    {
      entries: [intent, ack, { ...ack, id: 'i2' }, run],
      records: [record(), record({ id: 'i2' })],
    },
    ['lost', 'double result', 'double invocation'],
  ],
  ['a final record that changed', { later: record({ endedAt: iso(9) }) }, ['double result']],
  [
    'two attempts that succeeded',
    { records: [record({ attempts: [attempt('succeeded'), attempt('succeeded')] })] },
    ['double result'],
  ],
  [
    'a result that is older than its attempt',
    { records: [record({ attempts: [attempt('succeeded', { startedAt: iso(5000) })] })] },
    ['double result'],
  ],
  [
    'a result of somebody else’s run',
    { records: [record({ result: { token: 'ok-1', run: 'other' } })] },
    ['double result'],
  ],
  [
    'an innocent one that failed',
    { records: [record({ ...failed, attempts: [] })] },
    ['wrong end'],
  ],
  [
    'an innocent one that is blamed',
    { records: [record({ attempts: [thrown, attempt('succeeded')] })] },
    ['innocent'],
  ],
  [
    'one whose sandbox was killed from outside',
    {
      records: [record({ attempts: [killed, attempt('succeeded')] })],
      blames: ['Runtime.ExitError'],
    },
    [],
  ],
  [
    'a guilty one after exactly its retries, faults between them',
    {
      entries: told,
      records: [record({ ...throwing, attempts: [thrown, attempt('lost'), thrown, thrown] })],
    },
    [],
  ],
  [
    'an end that nobody was told of',
    { records: [record({ ...throwing, attempts: [thrown, thrown, thrown] })] },
    ['undelivered'],
  ],
  [
    'a guilty one with a retry too few',
    {
      entries: told,
      records: [record({ ...throwing, attempts: [thrown, attempt('lost'), thrown] })],
    },
    ['wrong end'],
  ],
  [
    'one that expired before its time',
    { records: [record({ state: 'expired', result: undefined, attempts: [] })] },
    ['wrong end'],
  ],
  [
    'one that was cancelled, and ran',
    { records: [record({ state: 'cancelled', result: undefined, attempts: [] })] },
    ['cancelled'],
  ],
  [
    'one that was answered as cancelled, and was not',
    { entries: [intent, ack, run, { kind: 'cancel', token: 'ok-1', id: 'i1', status: 200 }] },
    ['cancelled'],
  ],
  [
    'an object that no handler saw',
    { entries: [intent, ack, run, object, { kind: 'ack', token: 'k@1' }] },
    ['missed'],
  ],
  [
    'an object that was written again since, perhaps',
    {
      entries: [
        intent,
        ack,
        run,
        object,
        { kind: 'ack', token: 'k@1' },
        { ...object, token: 'k@2' },
      ],
    },
    [],
  ],
  [
    'two message ids for one invocation',
    {
      entries: [...told, delivery, { ...delivery, message: 'm2' } as NewEntry],
    },
    ['second message'],
  ],
  [
    'a tick that came twice',
    {
      entries: [tickRun('i1'), { ...tickRun('i2'), run: 'r2' } as NewEntry],
      records: [tick('i1', 0), { ...tick('i2', 0), result: { run: 'r2' } }],
    },
    ['tick'],
  ],
  [
    'a synchronous one that is in each list once',
    {
      journal: {
        lists: [
          ['s1', 's2'],
          ['s2', 's1'],
        ],
        unknown: [],
      },
    },
    [],
  ],
  [
    'a synchronous one that is in a list twice',
    { journal: { lists: [['s1', 's2', 's1']], unknown: [] } },
    ['journal'],
  ],
  [
    'a synchronous one that is listed and unknown',
    { journal: { lists: [['s1']], unknown: ['s1'] } },
    ['journal'],
  ],
]

for (const [what, given, expected] of CASES) {
  t.test(what, async (t) => t.strictSame([...new Set(lawsOf(given))].sort(), [...expected].sort()))
}
