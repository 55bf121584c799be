/** Deeper values break whoever walks them by recursion; no event of any service comes near it. */
export const JSON_DEPTH_MAX = 512

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/**
 * Whether JSON text nests deeper than `depthMax`. Looks at bytes only, so it costs a
 * fraction of parsing; text that is no JSON gets some answer and fails where it is parsed.
 */
export function isTooDeep(json: Buffer, depthMax = JSON_DEPTH_MAX): boolean {
  if (json.length <= 2 * depthMax) return false
  let depth = 0
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index]
    if (byte === QUOTE) {
      index = endOfString(json, index)
      if (index < 0) return false
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1
      if (depth > depthMax) return true
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth -= 1
    }
  }
  return false
}

/** Where the string that begins at `start` has its closing quote; -1 where it has none. */
function endOfString(json: Buffer, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end >= 0; end = json.indexOf(QUOTE, end + 1)) {
    let backslashes = 0
    while (json[end - 1 - backslashes] === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return end
  }
  return -1
}
