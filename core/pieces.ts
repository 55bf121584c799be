/** A byte stream in pieces of `size` bytes, the last one shorter; an empty stream is one empty piece. */
export async function* inPieces(
  stream: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<Buffer, void, void> {
  let held: Buffer[] = []
  let heldBytes = 0
  let empty = true
  for await (const chunk of stream) {
    held.push(chunk)
    heldBytes += chunk.length
    while (heldBytes >= size) {
      const bytes = Buffer.concat(held, heldBytes)
      yield bytes.subarray(0, size)
      empty = false
      held = [bytes.subarray(size)]
      heldBytes -= size
    }
  }
  if (heldBytes > 0 || empty) yield Buffer.concat(held, heldBytes)
}
