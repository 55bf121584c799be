/** What the console opens in its editor: small sources, and nothing that is no text. */
const FILES_MAX = 50
const TEXT_BYTES_MAX = 256 * 1024
/** A package of that much text is no larger: packing adds little, and the names of its files are short. */
const PACKED_BYTES_MAX = TEXT_BYTES_MAX + 64 * 1024
const TOO_LARGE = 'it has more than 256 kB of code'

const END = 0x06054b50
const ENTRY = 0x02014b50
const END_LENGTH = 22
const ENTRY_LENGTH = 46
const LOCAL_LENGTH = 30
const STORED = 0
const DEFLATED = 8

/** Thrown when a package is no small text; the message says why, to whoever wanted to edit it. */
export class NotEditable extends Error {
  override readonly name = 'NotEditable'
}

/** Throws NotEditable for what is too large whatever is in it, so that it need not be read. */
export function checkPackedSize(bytes: number): void {
  if (bytes > PACKED_BYTES_MAX) throw new NotEditable(TOO_LARGE)
}

/**
 * The files of a code package as text, by their paths. The platform has checked the package when it was
 * deployed; here only its directory is read. Throws NotEditable.
 */
export async function readZip(bytes: Uint8Array<ArrayBuffer>): Promise<Record<string, string>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const files: Record<string, string> = {}
  let sum = 0
  for (const entry of entriesOf(view)) {
    if (entry.path.endsWith('/')) continue
    sum += entry.size
    if (sum > TEXT_BYTES_MAX) throw new NotEditable(TOO_LARGE)
    if (Object.keys(files).length === FILES_MAX) throw new NotEditable('it has more than 50 files')
    files[entry.path] = textOf(await unpack(bytes, view, entry), entry.path)
  }
  return files
}

interface Entry {
  path: string
  method: number
  packed: number
  size: number
  offset: number
}

function entriesOf(view: DataView): Entry[] {
  const end = endOf(view)
  const count = view.getUint16(end + 10, true)
  const entries: Entry[] = []
  let at = view.getUint32(end + 16, true)
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_LENGTH > view.byteLength || view.getUint32(at, true) !== ENTRY) throw damaged()
    const pathLength = view.getUint16(at + 28, true)
    const path = new Uint8Array(view.buffer, view.byteOffset + at + ENTRY_LENGTH, pathLength)
    entries.push({
      path: new TextDecoder().decode(path),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at += ENTRY_LENGTH + pathLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

/** The end is found from behind: a comment may follow it. */
function endOf(view: DataView): number {
  const last = view.byteLength - END_LENGTH
  for (let at = last; at >= 0 && at >= last - 0xffff; at -= 1) {
    if (view.getUint32(at, true) === END) return at
  }
  throw damaged()
}

async function unpack(
  bytes: Uint8Array<ArrayBuffer>,
  view: DataView,
  { method, offset, packed, size, path }: Entry,
): Promise<Uint8Array> {
  if (offset + LOCAL_LENGTH > view.byteLength) throw damaged()
  const names = view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  const start = offset + LOCAL_LENGTH + names
  const data = bytes.subarray(start, start + packed)
  if (method === STORED) return data
  if (method !== DEFLATED) throw new NotEditable(`"${path}" is packed in another way than deflate`)
  const inflated = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return readAtMost(inflated, size)
}

/** No more than the directory has promised, whatever the data would become. */
async function readAtMost(stream: ReadableStream<Uint8Array>, size: number): Promise<Uint8Array> {
  const whole = new Uint8Array(size)
  let length = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return whole.subarray(0, length)
    if (length + value.length > size) throw damaged()
    whole.set(value, length)
    length += value.length
  }
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new NotEditable(`"${path}" is no text`)
  }
}

function damaged(): NotEditable {
  return new NotEditable('its package is damaged')
}
