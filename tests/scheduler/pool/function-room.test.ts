import t from 'tap'
import { roomFor } from '../../../scheduler/pool/function-room.ts'
import { view } from '../../fixtures/pool-view.ts'

t.test('room for more is what could start without another ending', async (t) => {
  const of = {
    idle: 0,
    busy: 0,
    besideOthers: 0,
    brieflyBusy: 0,
    isStuck: false,
    meanMs: undefined as number | undefined,
    leastMs: undefined as number | undefined,
    waiting: 0,
    active: 0,
    held: 0,
    concurrency: 1,
    limit: Number.POSITIVE_INFINITY,
    memoryMb: 128,
    own: false,
  }
  t.equal(roomFor(view({ generics: 3 }), of), 3, 'generic ones')
  t.equal(roomFor(view({ generics: 3 }), { ...of, idle: 2 }), 5, 'and idle ones')
  t.equal(roomFor(view({ generics: 3 }), { ...of, waiting: 2 }), 1, 'less who waits')
  t.equal(roomFor(view({ generics: 3 }), { ...of, limit: 2, active: 1 }), 1, 'within its limit')
  t.equal(roomFor(view(), of), 4, 'as many as may boot at once')
  t.equal(roomFor(view({ launching: 3 }), of), 1)
  const full = view({ sandboxes: 20, memoryMb: 2560 })
  t.equal(roomFor(full, of), 0, 'a full pool has none')
  const running = { ...of, busy: 2, brieflyBusy: 2, active: 2, held: 2 }
  const unknown = roomFor(view({ generics: 3, coreFree: false }), running)
  t.equal(unknown, 1, 'of one that nothing is known of one waits, on a busy host')
  t.equal(roomFor(full, running), 0, 'nobody knows how long they run')
  t.equal(
    roomFor(full, { ...running, meanMs: 4 }),
    4,
    'two each, before a generic one would be ready',
  )
  t.equal(roomFor(full, { ...running, meanMs: 4, waiting: 3 }), 1)
  const busyHost = view({ generics: 3, coreFree: false })
  t.equal(
    roomFor(busyHost, { ...running, meanMs: 4, leastMs: 4 }),
    4,
    'a short one gets no more than it has',
  )
  const long = { ...running, meanMs: 11, leastMs: 11 }
  t.equal(roomFor(busyHost, long), 3, 'a long one does, and shares the cores')
  const slowed = { ...running, meanMs: 99, leastMs: 4 }
  t.equal(roomFor(busyHost, slowed), 1, 'one that is slowed has one wait, to see how long it does')
  t.equal(roomFor(busyHost, { ...slowed, waiting: 1 }), 0)
  t.equal(roomFor(busyHost, { ...slowed, limit: 2 }), 0, 'within its limit')
  t.equal(roomFor(busyHost, { ...slowed, waiting: 1, isStuck: true }), 2, 'and more then')
  t.equal(roomFor(busyHost, { ...of, meanMs: 4 }), 3, 'and one that has none')
  const late = { ...running, meanMs: 4, brieflyBusy: 0 }
  t.equal(roomFor(full, late), 0, 'what runs for long now is not counted on')
  const stuck = { ...running, meanMs: 4, leastMs: 4, waiting: 1, isStuck: true }
  t.equal(roomFor(busyHost, stuck), 2, 'who has waited too long is no reason to claim ahead')
  t.equal(
    roomFor(full, { ...running, busy: 90, brieflyBusy: 90, meanMs: 0.1 }),
    256,
    'bounded in all',
  )
  t.equal(roomFor(full, { ...running, meanMs: 11 }), 0, 'longer ones are not waited for')
  t.equal(roomFor(full, { ...running, meanMs: 0.1 }), 32, 'bounded for each sandbox')
  t.equal(roomFor(full, { ...running, meanMs: 4, limit: 0 }), 0, 'none where none may run')
})
