import t from 'tap'
import {
  encodedPath,
  readAddress,
  readCopySource,
  refuseInternals,
} from '../../../gateway/aws/s3-address.ts'
import type { S3Error } from '../../../gateway/aws/s3-error.ts'

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return (error as S3Error).code
  }
  return 'taken'
}

t.test(
  'bucket and key are read from the path, decoded, and encoded as S3 signs them',
  async (t) => {
    const table: [string, string, string, string][] = [
      ['/', '', '', '/'],
      ['/b', 'b', '', '/b/'],
      ['/b/', 'b', '', '/b/'],
      ['/b/a%20b/c+d', 'b', 'a b/c+d', '/b/a%20b/c%2Bd'],
      ['/b/a%252Fb', 'b', 'a%2Fb', '/b/a%252Fb'],
      ['/b//x//y/', 'b', '/x//y/', '/b//x//y/'],
      ['/b/%C3%BC(1)!%27*?prefix=a+b%2B', 'b', "ü(1)!'*", '/b/%C3%BC%281%29%21%27%2A'],
    ]
    for (const [target, bucket, key, encoded] of table) {
      const address = readAddress(target)
      t.match(address, { bucket, key }, target)
      t.equal(encodedPath(address), encoded, target)
    }
    t.equal(readAddress('/b?prefix=a+b%2B&list-type=2').query.get('prefix'), 'a b+')
  },
)

t.test('a target that could be read in another way is refused', async (t) => {
  for (const target of ['http://host/bucket/key', '*', 'bucket', '/b/%zz', '/b/%ff', '']) {
    t.equal(
      codeOf(() => readAddress(target)),
      'InvalidURI',
      target,
    )
  }
})

t.test(
  'the platform’s own bucket and the server’s internals are not there for anybody',
  async (t) => {
    const refused = [
      '/hearth-code',
      '/hearth-code/packages/x',
      '//hearth-code/x',
      '/%68earth-code/x',
      '/hearth-code%2Fx',
      '/minio/admin/v3/info',
      '/.minio.sys/config',
      '/./hearth-code/x',
      '/../hearth-code',
    ]
    for (const target of refused) {
      t.equal(
        codeOf(() => refuseInternals(readAddress(target), [])),
        'NoSuchBucket',
        target,
      )
    }
    for (const target of ['/', '/hearth-codes', '/b/hearth-code', '/b/minio/x']) {
      t.equal(
        codeOf(() => refuseInternals(readAddress(target), ['b/hearth-code'])),
        'taken',
        target,
      )
    }
  },
)

t.test('nor as the source of a copy, wherever it is told', async (t) => {
  for (const source of ['hearth-code/x', '/hearth-code/x', 'hearth-code%2Fx']) {
    const action = () => refuseInternals(readAddress('/b/k'), [source])
    t.equal(codeOf(action), 'NoSuchBucket', source)
  }
  const inQuery = () => refuseInternals(readAddress('/b/k?x-amz-copy-source=hearth-code/x'), [])
  t.equal(codeOf(inQuery), 'NoSuchBucket')
  const two = () => refuseInternals(readAddress('/b/k'), ['b/fine', 'hearth-code/x'])
  t.equal(codeOf(two), 'InvalidArgument')
})

t.test('what servers could read in another way is no source of a copy', async (t) => {
  for (const source of [
    '',
    'b',
    '/b/',
    'team-a:/secret/y',
    'team-a://h/secret/y',
    '//h/hearth-code/x',
    'x://h/hearth-code/x',
    '%2Fhearth-code/x',
    '//hearth-code%2Fx',
    'b//x',
    'b/keep/a#z',
    'b/x?versionId=1&y=2',
    'b/x?y',
    'arn:aws:s3:us-east-1:1:accesspoint/a/object/x',
  ]) {
    t.equal(
      codeOf(() => readCopySource(source)),
      'InvalidArgument',
      source,
    )
  }
  t.match(readCopySource('/b.c/x%20y/%C3%A9?versionId=abc'), { bucket: 'b.c', key: 'x y/é' })
})
