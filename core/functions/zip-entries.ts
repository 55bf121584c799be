import { type Entry, fromBufferPromise, type LocalFileHeader, type ZipFile } from 'yauzl'
import { HearthError } from '../errors.ts'
import { MAX_UNZIPPED_BYTES, MAX_ZIP_BYTES } from './function.ts'
import { packagePathMistake } from './package-path.ts'

/** More than any node_modules that fits into 250 MB has; each entry costs time before its bytes do. */
export const ZIP_ENTRIES_MAX = 50_000
/** Deflate cannot do better than 1,032:1; real code does 10:1. Small packages may repeat themselves. */
const RATIO_MAX = 100
const RATIO_FREE_BYTES = 10 * 1024 * 1024

/** One file or folder of a package whose headers were checked; its bytes were not looked at yet. */
export interface ZipEntry {
  path: string
  isDirectory: boolean
  isExecutable: boolean
  compressed: boolean
  data: Buffer
  /** As both headers state it. */
  size: number
  crc32: number
}

const ENCRYPTED = 0x1
const SIZES_FOLLOW_DATA = 0x8
const STORED = 0
const DEFLATED = 8
const UNKNOWN_SIZE = 0xffffffff

const KIND_MASK = 0o170000
const REGULAR = 0o100000
const DIRECTORY = 0o040000
const EXECUTABLE = 0o111

export function refusePackage(reason: string, cause?: unknown): never {
  throw new HearthError('InvalidCodePackage', { reason }, { cause })
}

/**
 * Reads the headers of a package and refuses everything that unpacking could be tricked by.
 * Throws InvalidCodePackage, PayloadTooLarge.
 */
export async function readZipEntries(zip: Buffer): Promise<ZipEntry[]> {
  if (zip.length > MAX_ZIP_BYTES) {
    throw new HearthError('PayloadTooLarge', { what: 'Code package', limitBytes: MAX_ZIP_BYTES })
  }
  const entries: ZipEntry[] = []
  const spans: Span[] = []
  try {
    const file = await fromBufferPromise(zip, { decodeStrings: true, strictFileNames: true })
    refuseTooMany(file.entryCount)
    for await (const entry of file.eachEntry()) {
      const local = await readLocalHeader(file, entry)
      spans.push({
        path: entry.fileName,
        start: entry.relativeOffsetOfLocalHeader,
        end: endOf(entry, local),
      })
      const checked = checkEntry(zip, entry, local)
      if (checked) entries.push(checked)
    }
  } catch (error) {
    if (error instanceof HearthError) throw error
    refusePackage((error as Error).message, error)
  }
  refuseOverlaps(spans)
  refuseTwins(entries)
  refuseBomb(zip.length, entries)
  return entries
}

interface Span {
  path: string
  start: number
  end: number
}

async function readLocalHeader(file: ZipFile, entry: Entry): Promise<LocalFileHeader> {
  return file.readLocalFileHeaderPromise(entry, { minimal: false })
}

function endOf(entry: Entry, local: LocalFileHeader): number {
  return local.fileDataStart + entry.compressedSize
}

function refuseTooMany(entries: number): void {
  if (entries > ZIP_ENTRIES_MAX) {
    refusePackage(`it has ${entries} entries; ${ZIP_ENTRIES_MAX} are allowed`)
  }
  if (entries === 0) refusePackage('it is empty')
}

/** Undefined for `./`, which names the folder itself. */
function checkEntry(zip: Buffer, entry: Entry, local: LocalFileHeader): ZipEntry | undefined {
  const shown = JSON.stringify(entry.fileName.slice(0, 200))
  const isDirectory = entry.fileName.endsWith('/')
  const path = entry.fileName.replace(/^(?:\.\/)+/, '').replace(/\/$/, '')
  if (path === '' && isDirectory) return undefined
  const mistake = packagePathMistake(path)
  if (mistake) refusePackage(`path ${shown} ${mistake}`)
  if ((entry.generalPurposeBitFlag | local.generalPurposeBitFlag) & ENCRYPTED) {
    refusePackage(`${shown} is encrypted`)
  }
  const method = entry.compressionMethod
  if (method !== STORED && method !== DEFLATED) {
    refusePackage(`${shown} is compressed by method ${method}; only deflate is known`)
  }
  refuseMismatch(entry, local, shown)
  const mode = entry.externalFileAttributes >>> 16
  refuseSpecialFile(mode, isDirectory, shown)
  if (isDirectory && entry.uncompressedSize > 0) refusePackage(`folder ${shown} has content`)
  if (method === STORED && entry.compressedSize !== entry.uncompressedSize) {
    refusePackage(`${shown} is not compressed, but its two sizes differ`)
  }
  return {
    path,
    isDirectory,
    isExecutable: (mode & EXECUTABLE) !== 0,
    compressed: method === DEFLATED,
    data: zip.subarray(local.fileDataStart, endOf(entry, local)),
    size: entry.uncompressedSize,
    crc32: entry.crc32,
  }
}

/** Two readers that trust different headers would see different files. */
function refuseMismatch(entry: Entry, local: LocalFileHeader, shown: string): void {
  const sizesFollow = (local.generalPurposeBitFlag & SIZES_FOLLOW_DATA) !== 0
  const agrees = (inLocal: number, inCentral: number) =>
    inLocal === inCentral || inLocal === UNKNOWN_SIZE || (sizesFollow && inLocal === 0)
  if (
    !local.fileName.equals(entry.fileNameRaw) ||
    local.compressionMethod !== entry.compressionMethod ||
    !agrees(local.compressedSize, entry.compressedSize) ||
    !agrees(local.uncompressedSize, entry.uncompressedSize) ||
    !(local.crc32 === entry.crc32 || (sizesFollow && local.crc32 === 0))
  ) {
    refusePackage(`the two headers of ${shown} differ`)
  }
}

function refuseSpecialFile(mode: number, isDirectory: boolean, shown: string): void {
  const kind = mode & KIND_MASK
  if (kind === 0 || kind === (isDirectory ? DIRECTORY : REGULAR)) return
  refusePackage(`${shown} is neither a file nor a folder (a link, a device or the like)`)
}

function refuseOverlaps(spans: Span[]): void {
  spans.sort((a, b) => a.start - b.start)
  let end = 0
  for (const span of spans) {
    if (span.start < end) refusePackage(`${JSON.stringify(span.path)} overlaps another entry`)
    end = span.end
  }
}

/** Refuses two entries of one name, and files that others use as a folder. */
function refuseTwins(entries: readonly ZipEntry[]): void {
  const kinds = new Map<string, boolean>()
  for (const { path, isDirectory } of entries) {
    if (kinds.has(path)) refusePackage(`path ${JSON.stringify(path)} is there twice`)
    kinds.set(path, isDirectory)
  }
  for (const { path } of entries) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at)
      if (kinds.get(parent) === false) {
        refusePackage(`path ${JSON.stringify(parent)} is both a file and a folder`)
      }
    }
  }
}

/** By what the headers promise; that the data keeps the promise is seen while it is inflated. */
function refuseBomb(zippedBytes: number, entries: readonly ZipEntry[]): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.size, 0)
  if (bytes > MAX_UNZIPPED_BYTES) {
    const details = { what: 'Unpacked code package', limitBytes: MAX_UNZIPPED_BYTES }
    throw new HearthError('PayloadTooLarge', details)
  }
  if (bytes > RATIO_FREE_BYTES && bytes > RATIO_MAX * zippedBytes) {
    refusePackage(`it unpacks to more than ${RATIO_MAX} times its size`)
  }
}
