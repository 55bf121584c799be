/**
 * Compiles text in which `*` stands for any characters, and `\*` and `\\` for themselves. Calls
 * `refuse` for what EventBridge refuses. The result finds piece after piece and never
 * goes back, so no text takes long.
 */
export function compileWildcard(
  pattern: string,
  refuse: (reason: string) => never,
): (text: string) => boolean {
  const [first = '', ...others] = piecesOf(pattern, refuse)
  const last = others.pop()
  if (last === undefined) return (text) => text === first
  return (text) => {
    if (text.length < first.length + last.length) return false
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    const end = text.length - last.length
    let from = first.length
    for (const piece of others) {
      const at = text.indexOf(piece, from)
      if (at < 0 || at + piece.length > end) return false
      from = at + piece.length
    }
    return true
  }
}

/** The text between the stars, unescaped. */
function piecesOf(pattern: string, refuse: (reason: string) => never): string[] {
  const pieces: string[] = []
  let piece = ''
  for (let index = 0; index < pattern.length; index += 1) {
    if (pattern[index] === '*') {
      if (pattern[index + 1] === '*') refuse('"wildcard" takes no two "*" in a row')
      pieces.push(piece)
      piece = ''
      continue
    }
    if (pattern[index] === '\\') {
      index += 1
      if (pattern[index] !== '*' && pattern[index] !== '\\') {
        refuse('in "wildcard" a "\\" stands before "*" or "\\"')
      }
    }
    piece += pattern[index]
  }
  return [...pieces, piece]
}
