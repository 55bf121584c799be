import t from 'tap'
import type { HearthError } from '../../../core/errors.ts'
import { compilePattern } from '../../../core/triggers/event-pattern.ts'

const order = {
  source: 'shop',
  type: 'order.created',
  detail: {
    id: 'A-17',
    total: 42.5,
    paid: true,
    coupon: null,
    note: '',
    address: '10.1.2.3',
    address6: '2001:db8::1',
    file: 'in/2026/photo.JPG',
    tags: ['new', 'gift'],
    none: [],
    lines: [
      { sku: 'a', count: 1 },
      { sku: 'b', count: 20 },
    ],
  },
}

/** A pattern over `detail` of the order. */
const detail = (pattern: object) => ({ detail: pattern })

const TABLE: [string, object, boolean][] = [
  ['exact text', { source: ['shop'] }, true],
  ['exact text is case-sensitive', { source: ['Shop'] }, false],
  ['one of several', { source: ['x', 'shop'] }, true],
  ['all fields must fit', { source: ['shop'], type: ['x'] }, false],
  ['a field that is not there', { region: ['x'] }, false],
  ['a name that objects inherit', { constructor: [{ exists: true }] }, false],
  ['nested', detail({ id: ['A-17'] }), true],
  ['number', detail({ total: [42.5] }), true],
  ['number is no text', detail({ total: ['42.5'] }), false],
  ['true', detail({ paid: [true] }), true],
  ['true is no text', detail({ paid: ['true'] }), false],
  ['null', detail({ coupon: [null] }), true],
  ['null is not what is missing', detail({ missing: [null] }), false],
  ['empty text', detail({ note: [''] }), true],
  ['empty text is not null', detail({ coupon: [''] }), false],

  ['array in the event: any element', detail({ tags: ['gift', 'x'] }), true],
  ['array in the event: none', detail({ tags: ['x'] }), false],
  ['array of objects: one fits whole', detail({ lines: { sku: ['b'], count: [20] } }), true],
  ['array of objects: not across two', detail({ lines: { sku: ['a'], count: [20] } }), false],
  ['an object is no value', { detail: ['x'] }, false],
  ['a value is no object', { source: { x: ['y'] } }, false],

  ['prefix', { type: [{ prefix: 'order.' }] }, true],
  ['prefix, not', { type: [{ prefix: 'rder' }] }, false],
  ['prefix of a number', detail({ total: [{ prefix: '4' }] }), false],
  ['prefix, any case', { type: [{ prefix: { 'equals-ignore-case': 'ORDER.' } }] }, true],
  ['suffix', { type: [{ suffix: '.created' }] }, true],
  ['suffix, not', detail({ file: [{ suffix: '.jpg' }] }), false],
  ['suffix, any case', detail({ file: [{ suffix: { 'equals-ignore-case': '.jpg' } }] }), true],
  ['any case', { source: [{ 'equals-ignore-case': 'SHOP' }] }, true],
  ['any case, not', { source: [{ 'equals-ignore-case': 'shops' }] }, false],

  ['wildcard', detail({ file: [{ wildcard: 'in/*/photo.*' }] }), true],
  ['wildcard, whole text', detail({ file: [{ wildcard: 'in/*' }] }), true],
  ['wildcard, not', detail({ file: [{ wildcard: 'out/*' }] }), false],
  ['wildcard, ends must not overlap', { source: [{ wildcard: 'sho*hop' }] }, false],
  ['wildcard, pieces must not overlap the end', { source: [{ wildcard: 's*op*p' }] }, false],
  ['wildcard, pieces in order', { type: [{ wildcard: '*created*order*' }] }, false],
  ['wildcard without a star', { source: [{ wildcard: 'shop' }] }, true],
  ['wildcard of an escaped star', { source: [{ wildcard: 'sho\\*' }] }, false],
  ['wildcard fits empty text', detail({ note: [{ wildcard: '*' }] }), true],

  ['numeric =', detail({ total: [{ numeric: ['=', 42.5] }] }), true],
  ['numeric <', detail({ total: [{ numeric: ['<', 42.5] }] }), false],
  ['numeric <=', detail({ total: [{ numeric: ['<=', 42.5] }] }), true],
  ['numeric range', detail({ total: [{ numeric: ['>', 0, '<=', 100] }] }), true],
  ['numeric range, not', detail({ total: [{ numeric: ['>', 50, '<', 100] }] }), false],
  ['numeric of text', detail({ id: [{ numeric: ['>', 0] }] }), false],
  ['numeric in an array', detail({ lines: { count: [{ numeric: ['>', 10] }] } }), true],

  ['exists', detail({ id: [{ exists: true }] }), true],
  ['exists: null is there', detail({ coupon: [{ exists: true }] }), true],
  ['exists, not', detail({ missing: [{ exists: true }] }), false],
  ['exists is for values, not for objects', { detail: [{ exists: true }] }, false],
  ['exists not', detail({ missing: [{ exists: false }] }), true],
  ['exists not, but is', detail({ id: [{ exists: false }] }), false],
  ['exists not, its parent neither', { nothing: { inner: [{ exists: false }] } }, true],
  ['exists not, or a value', detail({ id: [{ exists: false }, 'A-17'] }), true],
  ['exists not, one of an array has it', detail({ lines: { sku: [{ exists: false }] } }), false],
  ['an empty array has no value', detail({ none: [{ exists: false }] }), true],

  ['anything but', detail({ id: [{ 'anything-but': 'B' }] }), true],
  ['anything but, not', detail({ id: [{ 'anything-but': ['A-17', 'B'] }] }), false],
  ['anything but numbers', detail({ total: [{ 'anything-but': [1, 42.5] }] }), false],
  ['anything but text: a number', detail({ total: [{ 'anything-but': 'x' }] }), true],
  ['anything but needs the field', detail({ missing: [{ 'anything-but': 'x' }] }), false],
  ['anything but, one of an array is another', detail({ tags: [{ 'anything-but': 'new' }] }), true],
  ['anything but, all of an array', detail({ tags: [{ 'anything-but': ['new', 'gift'] }] }), false],
  ['anything but prefix', detail({ id: [{ 'anything-but': { prefix: 'B' } }] }), true],
  [
    'anything but prefixes, not',
    detail({ id: [{ 'anything-but': { prefix: ['B', 'A'] } }] }),
    false,
  ],
  ['anything but suffix, not', detail({ id: [{ 'anything-but': { suffix: '17' } }] }), false],
  [
    'anything but any case, not',
    detail({ id: [{ 'anything-but': { 'equals-ignore-case': ['a-17'] } }] }),
    false,
  ],
  ['anything but wildcard, not', detail({ id: [{ 'anything-but': { wildcard: 'A*7' } }] }), false],

  ['cidr', detail({ address: [{ cidr: '10.0.0.0/8' }] }), true],
  ['cidr, not', detail({ address: [{ cidr: '10.1.3.0/24' }] }), false],
  ['cidr of one address', detail({ address: [{ cidr: '10.1.2.3' }] }), true],
  ['cidr of the other family', detail({ address: [{ cidr: '2001:db8::/32' }] }), false],
  ['cidr v6', detail({ address6: [{ cidr: '2001:db8::/32' }] }), true],
  ['cidr of what is no address', detail({ id: [{ cidr: '10.0.0.0/8' }] }), false],

  ['$or, the second', { $or: [{ source: ['x'] }, { type: ['order.created'] }] }, true],
  ['$or, none', { $or: [{ source: ['x'] }, { type: ['x'] }] }, false],
  [
    '$or beside a field',
    { source: ['x'], $or: [{ type: ['order.created'] }, { source: ['shop'] }] },
    false,
  ],
  ['$or within', detail({ $or: [{ id: ['x'] }, { total: [{ numeric: ['>', 40] }] }] }), true],
  [
    '$or in $or',
    { $or: [{ source: ['x'] }, { $or: [{ type: ['x'] }, { source: ['shop'] }] }] },
    true,
  ],
  ['$or that cannot be alternatives is a field', { $or: ['x'] }, false],
]

t.test('patterns fit as EventBridge’s do', async (t) => {
  for (const [title, pattern, expected] of TABLE) {
    t.equal(compilePattern(pattern)(order), expected, title)
  }
})

t.test('what is no object fits nothing', async (t) => {
  const matches = compilePattern({ a: [{ exists: false }] })
  for (const event of [null, 'text', 1, [], [{}], undefined]) t.notOk(matches(event))
  t.ok(matches({}))
})

const REFUSED: [unknown, RegExp][] = [
  [{}, /the pattern: it has no fields/],
  [[], /the pattern: it must be an object/],
  ['x', /the pattern: it must be an object/],
  [{ a: 'x' }, /"a": it must be an array of values, or an object/],
  [{ a: [] }, /"a": its array is empty/],
  [{ a: {} }, /"a": it has no fields/],
  [{ a: { b: [['x']] } }, /"a.b": its array takes values and matchers, but no arrays/],
  [{ a: [{}] }, /exactly one field/],
  [{ a: [{ prefix: 'x', suffix: 'y' }] }, /exactly one field/],
  [{ a: [{ regex: '.*' }] }, /"regex" is no matcher; there are exists, prefix/],
  [{ a: [{ prefix: 1 }] }, /"prefix" takes a string/],
  [{ a: [{ suffix: { prefix: 'x' } }] }, /"suffix" takes a string/],
  [{ a: [{ 'equals-ignore-case': [1] }] }, /takes a string/],
  [{ a: [{ exists: 'yes' }] }, /takes true or false/],
  [{ a: [{ wildcard: 1 }] }, /"wildcard" takes a string/],
  [{ a: [{ wildcard: 'a**b' }] }, /no two "\*" in a row/],
  [{ a: [{ wildcard: 'a\\b' }] }, /stands before/],
  [{ a: [{ wildcard: 'a\\' }] }, /stands before/],
  [{ a: [{ numeric: [] }] }, /"numeric" takes a comparison/],
  [{ a: [{ numeric: ['>', 0, '<'] }] }, /"numeric" takes a comparison/],
  [{ a: [{ numeric: ['!', 0] }] }, /"numeric" compares with/],
  [{ a: [{ numeric: ['>', '0'] }] }, /takes numbers/],
  [{ a: [{ numeric: ['>', 6e9] }] }, /takes numbers from -5e9 to 5e9/],
  [{ a: [{ numeric: ['<', 5, '>', 0] }] }, /a range of "numeric"/],
  [{ a: [{ numeric: ['>', 5, '<', 5] }] }, /is empty/],
  [{ a: [{ cidr: '10.0.0.0/33' }] }, /block of addresses/],
  [{ a: [{ cidr: '10.0.0.0/8/8' }] }, /block of addresses/],
  [{ a: [{ cidr: 'host' }] }, /block of addresses/],
  [{ a: [{ 'anything-but': [] }] }, /"anything-but" takes/],
  [{ a: [{ 'anything-but': ['x', 1] }] }, /"anything-but" takes/],
  [{ a: [{ 'anything-but': { exists: true } }] }, /"anything-but" takes/],
  [{ a: [{ 'anything-but': { prefix: [] } }] }, /"anything-but" takes/],
  [{ $or: [{ a: ['x'] }, {}] }, /it has no fields/],
  [{ a: ['x'.repeat(5000)] }, /larger than 4096 bytes/],
]

t.test('what is no pattern is refused with place and reason', async (t) => {
  for (const [pattern, reason] of REFUSED) {
    try {
      compilePattern(pattern)
      t.fail(JSON.stringify(pattern))
    } catch (error) {
      t.equal((error as HearthError).code, 'InvalidEventPattern')
      t.match((error as HearthError).message, reason)
    }
  }
})

t.test('a wildcard of many stars does not try long text again and again', async (t) => {
  const matches = compilePattern({ a: [{ wildcard: `${'*a'.repeat(1500)}*b` }] })
  t.notOk(matches({ a: 'a'.repeat(200_000) }))
})
