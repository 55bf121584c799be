import t from 'tap'
import {
  type ProvisionedLine,
  type ProvisioningPlan,
  planProvisioning,
} from '../../../scheduler/pool/provisioning.ts'
import { view } from '../../fixtures/pool-view.ts'

type Sandboxes = ProvisionedLine['sandboxes']

/** `i`dle, `b`usy, `s`tarting; in capitals where it is old. Ids are places: 0, 1, ... */
function sandboxes(letters: string): Sandboxes {
  const states = { i: 'idle', b: 'busy', s: 'starting' } as const
  return Array.from(letters, (letter, at) => ({
    id: String(at),
    state: states[letter.toLowerCase() as keyof typeof states],
    isOld: letter !== letter.toLowerCase(),
  }))
}

const line = (
  wanted: number,
  has: string,
  { key = 'a', memoryMb = 128, mayStart = true }: Partial<ProvisionedLine> = {},
): ProvisionedLine => ({ key, wanted, memoryMb, mayStart, sandboxes: sandboxes(has) })

/** `+a`: launch of a; `-1`: 1 leaves; `x1`: 1 is evicted; `g`: a generic one goes; `!a`: no room for a. */
function told({ steps, full }: ProvisioningPlan): string {
  const said = steps.map((step) => {
    if (step.do === 'launch') return `+${step.key}`
    if (step.do === 'shed') return 'g'
    return `${step.do === 'leave' ? '-' : 'x'}${step.id}`
  })
  return [...said, ...full.map((key) => `!${key}`)].join(' ')
}

const idle = [
  { id: 'old', memoryMb: 128 },
  { id: 'new', memoryMb: 128 },
]
const CASES: [
  title: string,
  lines: ProvisionedLine[],
  room: Parameters<typeof view>[0],
  wanted: string,
][] = [
  ['nothing is wanted', [], {}, ''],
  ['two start at a time', [line(3, '')], {}, '+a +a'],
  ['others that start count', [line(3, '')], { launching: 1 }, '+a'],
  ['and hold it up', [line(3, '')], { launching: 2 }, ''],
  ['what starts and what runs is there', [line(3, 'sbi')], {}, ''],
  ['one that is gone is replaced', [line(3, 'ii')], {}, '+a'],
  ['not at once after a failure', [line(1, '', { mayStart: false })], {}, ''],
  [
    'who has less of what it wants comes first',
    [line(4, 'ii'), line(2, '', { key: 'b' })],
    { launching: 1 },
    '+b',
  ],
  ['idle ones that are too many leave', [line(1, 'iibi')], {}, '-0 -1 -3'],
  ['busy ones are left to end', [line(0, 'bi')], {}, '-1'],
  ['one that starts replaces none before it is ready', [line(1, 'is')], {}, ''],
  ['an old one stays until another is ready', [line(1, 'I')], {}, '+a'],
  ['and until it has started', [line(1, 'Is')], {}, ''],
  ['then it leaves', [line(1, 'Ii')], {}, '-0'],
  [
    'in a full pool the longest idle one gives way',
    [line(1, '')],
    { sandboxes: 20, idle },
    'xold +a',
  ],
  ['then generic ones, but for one', [line(3, '')], { sandboxes: 20, generics: 2 }, 'g +a !a'],
  ['busy ones of others do not', [line(1, '')], { sandboxes: 20 }, '!a'],
  [
    'memory counts as well',
    [line(1, '', { memoryMb: 512 })],
    { memoryMb: 17 * 128, idle },
    'xold +a',
  ],
  ['a tenth of the places stays for others', [line(20, 'i'.repeat(18))], { sandboxes: 18 }, '!a'],
  [
    'and of the memory',
    [line(4, 'ii', { memoryMb: 1024 })],
    { sandboxes: 2, memoryMb: 2048 },
    '!a',
  ],
  [
    'who has no room does not hold up others',
    [line(1, '', { memoryMb: 4096 }), line(1, '', { key: 'b' })],
    {},
    '+b !a',
  ],
]

for (const [title, lines, room, wanted] of CASES) {
  t.test(title, async (t) => {
    const { waiting: _waiting, ...rest } = view(room)
    t.equal(
      told(planProvisioning(rest, lines)).split(' ').sort().join(' '),
      wanted.split(' ').sort().join(' '),
    )
  })
}
