import { Readable } from 'node:stream'
import t from 'tap'
import { readPrelude } from '../../gateway/http-prelude.ts'

const END = '\0'.repeat(8)

function read(...chunks: string[]) {
  const bytes = Readable.from(chunks.map((one) => Buffer.from(one)))
  return readPrelude(bytes[Symbol.asyncIterator]())
}

t.test('status, headers and cookies come before the body, however the bytes are cut', async (t) => {
  const metadata = { statusCode: 418, headers: { 'X-Own': 'a' }, cookies: ['a=1', 'b=2'] }
  const prelude = JSON.stringify(metadata) + END
  const head = {
    status: 418,
    headers: [
      ['x-own', 'a'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['content-type', 'application/octet-stream'],
    ],
  }
  t.same(await read(`${prelude}body`), { head, rest: Buffer.from('body') })
  t.same(await read(...prelude), { head, rest: Buffer.alloc(0) }, 'byte by byte')
  t.same((await read(`{}${END}${END}`))?.rest, Buffer.alloc(8), 'NULs may follow')
})

t.test('the status is 200 where none is named', async (t) => {
  t.equal((await read(`{}${END}`))?.head.status, 200)
})

t.test('what is no head cannot be sent', async (t) => {
  const bad = [
    '',
    '{}',
    `no JSON${END}`,
    `{"statusCode":99}${END}`,
    `{"headers":{"a\\n":"b"}}${END}`,
  ]
  for (const bytes of bad) t.equal(await read(bytes), undefined, JSON.stringify(bytes))
  t.equal(await read(...Array.from({ length: 70 }, () => 'x'.repeat(1024))), undefined, 'too long')
})
