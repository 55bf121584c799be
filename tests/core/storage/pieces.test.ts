import { Readable } from 'node:stream'
import t from 'tap'
import { inPieces } from '../../../core/storage/pieces.ts'

t.test('a stream comes in pieces of one size, whatever its chunks are', async (t) => {
  const table: [string[], string[]][] = [
    [[], ['']],
    [['abcd'], ['abcd']],
    [['abcde'], ['abcd', 'e']],
    [
      ['a', 'b', 'c', 'd', 'e'],
      ['abcd', 'e'],
    ],
    [['abcdefghijk'], ['abcd', 'efgh', 'ijk']],
    [
      ['ab', 'cdefghi', 'j'],
      ['abcd', 'efgh', 'ij'],
    ],
  ]
  for (const [chunks, expected] of table) {
    const pieces: string[] = []
    const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
    for await (const piece of inPieces(stream, 4)) pieces.push(piece.toString())
    t.same(pieces, expected)
  }
})
