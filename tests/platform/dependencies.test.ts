import t from 'tap'
import { withoutPassword } from '../../platform/dependencies.ts'

t.test('an address is shown without its password', async (t) => {
  t.equal(withoutPassword('redis://user:s3cret@host:6379/1'), 'redis://user:***@host:6379/1')
  t.equal(withoutPassword('rediss://:s3cret@host'), 'rediss://:***@host')
  t.equal(withoutPassword('redis://host:6379'), 'redis://host:6379')
  t.equal(withoutPassword('unix:///run/redis.sock'), 'unix:///run/redis.sock')
})
