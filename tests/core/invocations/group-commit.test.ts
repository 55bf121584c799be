import t from 'tap'
import { GroupCommit } from '../../../core/invocations/group-commit.ts'

/** Calls that wait until they are told to end, and what each was asked to commit. */
function held() {
  const calls: { items: number[]; end(error?: Error): void }[] = []
  const commit = (items: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      const end = (error?: Error) =>
        error ? reject(error) : resolve(items.map((item) => item * 10))
      calls.push({ items, end })
    })
  return { calls, commit }
}

t.test(
  'One goes at once, two calls run at a time; what comes meanwhile goes together, each with its answer',
  async (t) => {
    const { calls, commit } = held()
    const group = new GroupCommit({ commit, bytesOf: () => 1 })
    const answers = [1, 2, 3, 4].map((item) => group.add(item))
    t.same(
      calls.map(({ items }) => items),
      [[1], [2]],
    )
    calls[0]?.end()
    t.equal(await answers[0], 10)
    t.same(
      calls.map(({ items }) => items),
      [[1], [2], [3, 4]],
    )
    calls[2]?.end()
    calls[1]?.end()
    t.same(await Promise.all(answers), [10, 20, 30, 40])
  },
)

t.test(
  'When a call fails, those that wait are told too: they would wait for nothing',
  async (t) => {
    const { calls, commit } = held()
    const group = new GroupCommit({ commit, bytesOf: () => 1 })
    const answers = [1, 2, 3].map((item) => group.add(item))
    const told = Promise.allSettled([answers[0], answers[2]])
    calls[0]?.end(new Error('away'))
    t.same(
      (await told).map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    calls[1]?.end()
    t.equal(await answers[1], 20, 'one under way has an answer of its own')
    const next = group.add(4)
    calls[2]?.end()
    t.equal(await next, 40, 'and it goes on')
  },
)

t.test('One item that cannot be committed is one that fails', async (t) => {
  const commit = async (items: number[]) =>
    items.map((item) => (item === 2 ? new Error('bad') : item * 10))
  const group = new GroupCommit({ commit, bytesOf: () => 1 })
  const answers = [0, 1, 2, 3].map((item) => group.add(item))
  await t.rejects(answers[2] as Promise<number>, { message: 'bad' })
  t.same(await Promise.all([answers[0], answers[1], answers[3]]), [0, 10, 30])
})

t.test('A call is bounded in number and bytes, and one item may be larger', async (t) => {
  const { calls, commit } = held()
  const group = new GroupCommit({ commit, bytesOf: (item) => (item < 0 ? 3_000_000 : 1) })
  const items = [0, ...Array.from({ length: 100 }, (_, index) => index), -1, -1]
  const answers = items.map((item) => group.add(item))
  const lengths: number[] = []
  for (let call = 0; call < 8; call += 1) {
    lengths.push(calls[call]?.items.length ?? 0)
    calls[call]?.end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.same(lengths, [1, 1, 32, 32, 32, 4, 1, 0])
  t.equal((await Promise.all(answers)).length, items.length)
})
