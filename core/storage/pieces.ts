/**
 * A byte stream in pieces of `size` bytes, the last one shorter; an empty stream is one empty
 * piece. All pieces are one buffer: each is valid until the next one is asked for.
 */
export async function* inPieces(
  stream: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<Buffer, void, void> {
  const piece = Buffer.allocUnsafe(size)
  let filled = 0
  let isFirst = true
  for await (const chunk of stream) {
    for (let taken = 0; taken < chunk.length; ) {
      const copied = chunk.copy(piece, filled, taken)
      taken += copied
      filled += copied
      if (filled < size) continue
      yield piece
      filled = 0
      isFirst = false
    }
  }
  if (filled > 0 || isFirst) yield piece.subarray(0, filled)
}
