import { chmod, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { ZipFile } from 'yazl'
import { packagePathMistake } from './package-path.ts'
import { readZipEntries, refusePackage, type ZipEntry } from './zip-entries.ts'

/** Larger entries are inflated piece by piece, off the main thread. */
const INFLATE_AT_ONCE_BYTES = 64 * 1024
/** So much is inflated at once before others get their turn. */
const BREATH_BYTES = 1024 * 1024
const FILES_AT_ONCE = 8
/** MS-DOS times begin here; equal sources must be equal packages. */
const PACKED_AT = new Date(1980, 0, 1)

type Sink = (chunk: Buffer) => Promise<void> | void

/**
 * Looks at every byte of a package without writing any.
 * Throws InvalidCodePackage, PayloadTooLarge.
 */
export async function inspectZip(zip: Buffer): Promise<{ entries: number; unpackedBytes: number }> {
  const entries = await readZipEntries(zip)
  let unpackedBytes = 0
  let sinceBreath = 0
  for (const entry of entries) {
    await inflate(entry, () => undefined)
    unpackedBytes += entry.size
    sinceBreath += entry.size
    if (sinceBreath > BREATH_BYTES) {
      sinceBreath = 0
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { entries: entries.length, unpackedBytes }
}

/**
 * Unpacks into `directory`, which must be empty or absent. Files are 0644 or, where the package
 * says executable, 0755; folders are 0755. Throws InvalidCodePackage, PayloadTooLarge; what was
 * written before that stays.
 */
export async function unpackZip(zip: Buffer, directory: string): Promise<void> {
  const entries = await readZipEntries(zip)
  await makeFolders(entries, directory)
  const files = entries.filter((entry) => !entry.isDirectory).values()
  const writeNext = async () => {
    for (const entry of files) await writeFile(entry, join(directory, entry.path))
  }
  const writers = Array.from({ length: FILES_AT_ONCE }, writeNext)
  // All of them end before this does: nobody writes into a folder that the caller cleans up.
  const failed = (await Promise.allSettled(writers)).find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}

/** Packs files under their paths; the same files give the same bytes. Throws InvalidCodePackage. */
export async function makeZip(files: Record<string, string | Buffer>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [path, content] of Object.entries(files).sort(byPath)) {
    const mistake = packagePathMistake(path)
    if (mistake) refusePackage(`path ${JSON.stringify(path.slice(0, 200))} ${mistake}`)
    zip.addBuffer(Buffer.from(content), path, {
      mtime: PACKED_AT,
      mode: 0o100644,
      forceDosTimestamp: true,
    })
  }
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function byPath([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}

async function makeFolders(entries: readonly ZipEntry[], directory: string): Promise<void> {
  const folders = new Set([''])
  for (const { path, isDirectory } of entries) {
    if (isDirectory) folders.add(path)
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) folders.add(parent)
  }
  for (const folder of [...folders].sort()) {
    const path = join(directory, folder)
    await mkdir(path, { recursive: true })
    // The mode given to mkdir is cut by the umask; this is not.
    await chmod(path, 0o755)
  }
}

/** Never follows or overwrites what is there. */
async function writeFile(entry: ZipEntry, path: string): Promise<void> {
  const mode = entry.isExecutable ? 0o755 : 0o644
  const file = await open(path, 'wx', mode)
  try {
    await inflate(entry, async (chunk) => {
      await file.writeFile(chunk)
    })
    await file.chmod(mode)
  } finally {
    await file.close()
  }
}

/** Hands over the entry's bytes; what they are is only sure when this has resolved. */
async function inflate(entry: ZipEntry, sink: Sink): Promise<void> {
  const seen = { bytes: 0, crc: 0 }
  const take = (chunk: Buffer) => {
    seen.bytes += chunk.length
    if (seen.bytes > entry.size) refuse(entry, 'is larger than its header says')
    seen.crc = crc32(chunk, seen.crc)
    return sink(chunk)
  }
  if (!entry.compressed) await take(entry.data)
  else if (entry.size <= INFLATE_AT_ONCE_BYTES) await take(inflateAtOnce(entry))
  else await inflateByPieces(entry, take)
  if (seen.bytes !== entry.size) refuse(entry, 'is smaller than its header says')
  if (seen.crc !== entry.crc32) refuse(entry, 'has a wrong checksum')
}

function inflateAtOnce(entry: ZipEntry): Buffer {
  try {
    // One byte more than promised is enough to see that the promise is broken; 0 is not allowed.
    return inflateRawSync(entry.data, { maxOutputLength: entry.size + 1 })
  } catch (error) {
    if (isZlibError(error)) refuse(entry, 'cannot be inflated', error)
    throw error
  }
}

async function inflateByPieces(entry: ZipEntry, take: Sink): Promise<void> {
  const inflater = createInflateRaw()
  inflater.end(entry.data)
  try {
    for await (const chunk of inflater) await take(chunk as Buffer)
  } catch (error) {
    if (isZlibError(error)) refuse(entry, 'cannot be inflated', error)
    throw error
  } finally {
    inflater.destroy()
  }
}

function isZlibError(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code?.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE'
}

function refuse(entry: ZipEntry, what: string, cause?: unknown): never {
  refusePackage(`${JSON.stringify(entry.path)} ${what}`, cause)
}
