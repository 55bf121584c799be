import t from 'tap'
import { compare } from '../../../scheduler/pool/reconcile.ts'

const listed = (id: string, boot = 'now', running = true) => ({
  handle: `c-${id}`,
  id,
  boot,
  running,
})

t.test('the listing and the table are compared', async (t) => {
  const known = [
    { id: 'runs', launched: true },
    { id: 'ended', launched: true },
    { id: 'vanished', launched: true },
    { id: 'starts', launched: false },
  ]
  const found = compare(
    [
      listed('runs'),
      listed('ended', 'now', false),
      listed('forgotten'),
      listed('runs', 'yesterday'),
      listed('leaving'),
      listed('newer'),
    ],
    known,
    {
      boot: 'now',
      isOurs: (id) => id === 'newer' || known.some((one) => one.id === id),
      isLeaving: (handle) => handle === 'leaving',
    },
  )
  t.strictSame(found, {
    strays: [listed('forgotten'), listed('runs', 'yesterday')],
    lost: ['ended', 'vanished'],
  })
})
