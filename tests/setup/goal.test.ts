import t from 'tap'
import { type Goal, isGoal, verdict } from '../../setup/goal.ts'
import type { Part, SetupResult } from '../../setup/setup-result.ts'

const ready: Part = { state: 'ready', value: 'x' }
const given: Part = { state: 'given', value: 'X' }
const missing: Part = { state: 'missing', reason: 'it is not there' }
const all: SetupResult = {
  engine: ready,
  redis: ready,
  minio: ready,
  sandboxImage: ready,
  compose: ready,
  postgres: ready,
  pythonClients: ready,
  terraform: ready,
  terraformProviders: ready,
  console: ready,
  chromium: ready,
  loadGenerator: ready,
}
const noEngine = { engine: missing, sandboxImage: missing, compose: missing }

const cases: {
  title: string
  goal: Goal
  found: Partial<SetupResult>
  strict?: boolean
  code: number
}[] = [
  { title: 'a start with everything goes on', goal: 'start', found: all, code: 0 },
  {
    title: 'a start without an engine goes on',
    goal: 'start',
    found: { ...all, ...noEngine },
    code: 0,
  },
  {
    title: 'a start without object storage goes on',
    goal: 'start',
    found: { ...all, minio: missing },
    code: 0,
  },
  {
    title: 'a start without Redis fails',
    goal: 'start',
    found: { ...all, redis: missing },
    code: 1,
  },
  {
    title: 'a start with a Redis that is named goes on',
    goal: 'start',
    found: { ...all, redis: given },
    code: 0,
  },
  {
    title: 'an engine without an image fails: isolation is not given up for a failed build',
    goal: 'start',
    found: { ...all, sandboxImage: missing },
    code: 1,
  },
  { title: 'tests without an engine go on', goal: 'test', found: { ...all, ...noEngine }, code: 0 },
  {
    title: 'under CI tests without an engine fail',
    goal: 'test',
    found: { ...all, ...noEngine },
    strict: true,
    code: 1,
  },
  {
    title: 'under CI tests without compose fail',
    goal: 'test',
    found: { ...all, compose: missing },
    strict: true,
    code: 1,
  },
  {
    title: 'tests without PostgreSQL go on',
    goal: 'test',
    found: { ...all, postgres: missing },
    code: 0,
  },
  {
    title: 'under CI tests without PostgreSQL fail',
    goal: 'test',
    found: { ...all, postgres: missing },
    strict: true,
    code: 1,
  },
  {
    title: 'under CI tests without the clients of others go on',
    goal: 'test',
    found: { ...all, pythonClients: missing, terraform: missing, terraformProviders: missing },
    strict: true,
    code: 0,
  },
  {
    title: 'the sandbox image alone needs an engine',
    goal: 'sandbox-image',
    found: noEngine,
    code: 1,
  },
  {
    title: 'the sandbox image alone needs nothing else',
    goal: 'sandbox-image',
    found: { engine: ready, sandboxImage: ready },
    code: 0,
  },
]

for (const { title, goal, found, strict = false, code } of cases) {
  t.test(title, async (t) => {
    const { code: actual, reasons } = verdict(goal, found, strict)
    t.equal(actual, code)
    t.equal(reasons.length > 0, code > 0, 'a failure has its reason')
  })
}

t.test('the reasons name the part and why it is missing', async (t) => {
  const { reasons } = verdict('start', { ...all, redis: missing }, false)
  t.same(reasons, ['redis: it is not there'])
})

t.test('only the known goals are goals', async (t) => {
  for (const word of ['start', 'test', 'sandbox-image']) t.ok(isGoal(word))
  for (const word of ['', 'stop', undefined]) t.notOk(isGoal(word))
})
