import { Worker } from 'bullmq'
import t from 'tap'
import { startQueue } from '../../fixtures/asynchronous.ts'

const workers: Worker[] = []
const { run } = Worker.prototype
Worker.prototype.run = function (this: Worker) {
  workers.push(this)
  return run.call(this)
}

t.test('events go on although what takes their turns has stopped, and it is counted', async (t) => {
  const queue = await startQueue(t)
  const node = await queue.node('n1', { answer: (event) => ({ result: event }) })
  t.match(await queue.ended(await queue.accept('f', 1)), { state: 'succeeded', result: 1 })
  t.equal(node.workerRestarts(), 0)
  await workers[0]?.pause(true)
  t.match(await queue.ended(await queue.accept('f', 2)), { state: 'succeeded' })
  t.match(await queue.ended(await queue.accept('f', 3)), { state: 'succeeded', result: 3 })
  t.equal(node.workerRestarts(), 1)
  t.equal(workers.length, 2)
})
