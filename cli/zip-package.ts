import { readFile, stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import { MAX_UNZIPPED_BYTES, MAX_ZIP_BYTES } from '../core/functions/function.ts'
import { Problem } from './problem.ts'

/** Equal folders are equal packages, whenever and by whomever they were checked out. */
const EVERY_TIME = new Date(1980, 0, 1)
const MB = 1024 * 1024

export interface CodePackage {
  zip: Buffer
  files: number
}

/** Where a file lies, and its name in the package. */
export interface PackedFile {
  from: string
  as: string
}

/** One that lies nowhere: it was made for the package. */
export interface MadeFile {
  content: Buffer
  as: string
}

/**
 * The same for the same files, whenever and in whatever order; `compressionLevel` is zlib's. Throws
 * Problem when it is too large.
 */
export async function zipOf(
  files: (PackedFile | MadeFile)[],
  compressionLevel = 6,
): Promise<CodePackage> {
  const archive = new ZipFile()
  let unpackedBytes = 0
  for (const file of files.toSorted((a, b) => (a.as < b.as ? -1 : 1))) {
    const { content, executable } = await contentOf(file, MAX_UNZIPPED_BYTES - unpackedBytes)
    unpackedBytes += content.length
    archive.addBuffer(content, file.as, {
      mtime: EVERY_TIME,
      forceDosTimestamp: true,
      mode: executable ? 0o100755 : 0o100644,
      compressionLevel,
    })
  }
  archive.end()
  const zip = await buffer(archive.outputStream)
  if (zip.length > MAX_ZIP_BYTES) throw tooLarge('zipped', MAX_ZIP_BYTES)
  return { zip, files: files.length }
}

async function contentOf(file: PackedFile | MadeFile, bytesLeft: number) {
  if ('content' in file) {
    if (file.content.length > bytesLeft) throw tooLarge('unpacked', MAX_UNZIPPED_BYTES)
    return { content: file.content, executable: false }
  }
  const { mode, size } = await stat(file.from)
  if (size > bytesLeft) throw tooLarge('unpacked', MAX_UNZIPPED_BYTES)
  return { content: await readFile(file.from), executable: Boolean(mode & 0o100) }
}

function tooLarge(how: string, limitBytes: number): Problem {
  return new Problem(
    `The code package is larger than ${limitBytes / MB} MB ${how}`,
    'Leave out what the function does not load, or read large data from a bucket.',
  )
}
