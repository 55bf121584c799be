import { Readable } from 'node:stream'
import t from 'tap'
import { ChunkDecoder } from '../../../gateway/aws/aws-chunked.ts'

const SIGNATURE = 'a'.repeat(64)

/** As a client sends them: chunks of these bytes, signed, then these trailers. */
function chunked(chunks: readonly string[], trailers: readonly string[] = []): string {
  const framed = chunks.map(
    (text) => `${Buffer.byteLength(text).toString(16)};chunk-signature=${SIGNATURE}\r\n${text}\r\n`,
  )
  return `${framed.join('')}0;chunk-signature=${SIGNATURE}\r\n${trailers.map((one) => `${one}\r\n`).join('')}\r\n`
}

/** Fed in pieces of `size` bytes, so that every line and chunk is cut everywhere. */
async function through(decoder: ChunkDecoder, text: string, size: number): Promise<string> {
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
  return Buffer.concat(await Readable.from(pieces).pipe(decoder).toArray()).toString()
}

t.test('signed chunks become the plain bytes, wherever they are cut', async (t) => {
  const sent = chunked(['hello ', 'wörld\r\n0\r\n', 'x'.repeat(300)])
  const plain = `hello wörld\r\n0\r\n${'x'.repeat(300)}`
  const length = Buffer.byteLength(plain)
  for (const size of [1, 2, 3, 7, 64, 10_000]) {
    t.equal(await through(new ChunkDecoder('plain', length), sent, size), plain, `by ${size}`)
  }
  t.equal(await through(new ChunkDecoder('plain', 0), chunked([]), 5), '')
})

t.test('with a checksum behind them they stay in chunks, without signatures', async (t) => {
  const trailers = ['x-amz-checksum-crc32:AAAA', `x-amz-trailer-signature:${SIGNATURE}`]
  const unsigned = '6\r\nhello \r\n5\r\nworld\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n'
  for (const size of [1, 7, 10_000]) {
    const decoder = new ChunkDecoder('unsigned chunks', 11)
    t.equal(await through(decoder, chunked(['hello ', 'world'], trailers), size), unsigned)
  }
  // Some clients end the checksum with a line break of its own.
  const apart = chunked(['hello ', 'world'], [trailers[0] as string, '', trailers[1] as string])
  t.equal(await through(new ChunkDecoder('unsigned chunks', 11), apart, 3), unsigned)
})

t.test('a body that is not what it says is refused, never taken for whole', async (t) => {
  const table: [string, string, number][] = [
    ['shorter than announced', chunked(['abc']), 4],
    ['longer than announced', chunked(['abc']), 2],
    ['cut in a chunk', chunked(['abcdef']).slice(0, 90), 6],
    ['cut before the last chunk', chunked(['abc']).slice(0, -80), 3],
    ['a size that is none', `x;chunk-signature=${SIGNATURE}\r\nabc\r\n`, 3],
    ['a size without end', '0'.repeat(20_000), 3],
    ['a chunk that goes on behind its size', `3\r\nabcd\r\n0\r\n\r\n`, 3],
    ['trailers without end', `0\r\n${'a:b\r\n'.repeat(20)}\r\n`, 0],
    ['nothing at all', '', 0],
  ]
  for (const [what, text, length] of table) {
    for (const form of ['plain', 'unsigned chunks'] as const) {
      const failed = through(new ChunkDecoder(form, length), text, 1000)
      await t.rejects(failed, { code: 'IncompleteBody' }, `${what}, ${form}`)
    }
  }
})
