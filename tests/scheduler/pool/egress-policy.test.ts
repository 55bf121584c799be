import t from 'tap'
import type { Egress } from '../../../core/functions/function.ts'
import type { OpenMessage } from '../../../core/protocol.ts'
import { decideEgress, isPublicAddress } from '../../../scheduler/pool/egress-policy.ts'

const host = (name: unknown, port: unknown = 443) =>
  ({ type: 'open', target: 'host', host: name, port }) as OpenMessage

t.test('what may be connected is decided by the rule of the function', async (t) => {
  const rows: [string, OpenMessage, Egress, string][] = [
    ['a public host', host('example.com'), 'public', 'public'],
    ['a host not on the list is still public', host('example.com'), ['db:5432'], 'public'],
    ['a host on the list', host('db', 5432), ['db:5432'], 'named'],
    ['in other letters', host('DB', 5432), ['db:5432'], 'named'],
    ['with the root dot', host('db.', 5432), ['db:5432'], 'named'],
    ['another port of it is only public', host('db', 5433), ['db:5432'], 'public'],
    ['mail is refused', host('example.com', 25), 'public', 'refused'],
    ['mail to a named server is not', host('mail', 25), ['mail:25'], 'named'],
    ['nothing with none', host('example.com'), 'none', 'refused'],
    ['but storage', { type: 'open', target: 's3' }, 'none', 'platform'],
    ['and the API', { type: 'open', target: 'lambda' }, 'none', 'platform'],
    ['storage with a list', { type: 'open', target: 's3' }, [], 'platform'],
    ['the API too', { type: 'open', target: 'lambda' }, 'public', 'platform'],
    ['an unknown target', { type: 'open', target: 'engine' } as never, 'public', 'refused'],
    ['no name', host(''), 'public', 'refused'],
    ['a name that is no text', host({ a: 1 }), 'public', 'refused'],
    ['a name with a NUL', host('a\0b'), 'public', 'refused'],
    ['a name that is too long', host('a'.repeat(254)), 'public', 'refused'],
    ['port 0', host('a', 0), 'public', 'refused'],
    ['port 65536', host('a', 65_536), 'public', 'refused'],
    ['a port that is text', host('a', '80'), 'public', 'refused'],
  ]
  for (const [what, message, rule, kind] of rows) {
    t.equal(decideEgress(message, rule).kind, kind, what)
  }
})

t.test('only public addresses are public', async (t) => {
  const own = new Set(['9.9.9.9'])
  const open = [
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
  ]
  const shut = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.8.8.8',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '9.9.9.9',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    'example.com',
    '127.1',
    '0x7f000001',
    '',
  ]
  for (const address of open) t.ok(isPublicAddress(address, own), address)
  for (const address of shut) t.notOk(isPublicAddress(address, own), address)
})
