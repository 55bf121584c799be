import t from 'tap'
import { whyNoPackages } from '../../setup/apt.ts'
import { isRecentGo } from '../../setup/go.ts'
import { isRecentEnough } from '../../setup/redis.ts'

t.test('a Go that can build MinIO is told from an older one', async (t) => {
  for (const output of [
    'go version go1.24.0 linux/amd64',
    'go version go1.26.8 linux/arm64',
    'go2.0',
  ]) {
    t.ok(isRecentGo(output), output)
  }
  for (const output of ['go version go1.19.8 linux/amd64', 'go1.23~1', '', 'command not found']) {
    t.notOk(isRecentGo(output), output)
  }
})

t.test('a Redis that has what the queue needs is told from an older one', async (t) => {
  for (const version of ['7.0.15', '6.2.0', '8.2.1', '10.0.0']) {
    t.ok(
      isRecentEnough(`Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64`),
      version,
    )
  }
  t.ok(isRecentEnough('Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'))
  for (const output of ['Redis server v=6.0.16 sha=0', 'Redis server v=5.0.3 sha=0', '']) {
    t.notOk(isRecentEnough(output), output)
  }
})

t.test('where packages cannot be installed, the reason says what to do', async (t) => {
  const debianRoot = { platform: 'linux', root: true, aptGet: true } as const
  const packages = ['docker.io']
  t.equal(whyNoPackages(debianRoot, packages), undefined)
  t.match(
    whyNoPackages({ ...debianRoot, root: false }, packages),
    /sudo apt-get install docker\.io/,
  )
  t.match(whyNoPackages({ ...debianRoot, aptGet: false }, packages), /package manager/)
  t.match(whyNoPackages({ ...debianRoot, platform: 'darwin' }, packages), /Debian and Ubuntu only/)
})
