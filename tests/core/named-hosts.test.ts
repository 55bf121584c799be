import t from 'tap'
import { namedHosts } from '../../core/named-hosts.ts'

t.test('each host of an egress list has one loopback address, whatever its ports', async (t) => {
  const list = ['db.internal:5432', 'DB.internal:5433', 'mail:25', '10.0.0.7:80']
  t.same(namedHosts(list), [
    { host: 'db.internal', port: 5432, address: '127.0.1.1' },
    { host: 'db.internal', port: 5433, address: '127.0.1.1' },
    { host: 'mail', port: 25, address: '127.0.1.2' },
    { host: '10.0.0.7', port: 80, address: '127.0.1.3' },
  ])
})

t.test(
  'the loopback of the host stands for itself, and takes no address from others',
  async (t) => {
    const list = ['127.0.0.1:5432', 'localhost:6379', '127.0.0.9:80', 'api.localhost:80', 'db:5432']
    t.same(
      namedHosts(list).map(({ address }) => address),
      ['127.0.0.1', '127.0.0.1', '127.0.0.9', '127.0.0.1', '127.0.1.1'],
    )
  },
)
