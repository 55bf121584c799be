import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl'
import { HearthError } from '../core/errors.ts'
import {
  BACKUP_PACKAGES_MAX,
  type BackupManifest,
  MANIFEST_BYTES_MAX,
  MANIFEST_PATH,
  packagePath,
  packagesOf,
} from '../core/functions/backup.ts'
import { MAX_ZIP_BYTES } from '../core/functions/function.ts'
import { inspectZip } from '../core/functions/zip.ts'
import { refuseBackup } from './backup-check.ts'
import { readManifest } from './backup-manifest.ts'

const STORED = 0
const ENCRYPTED = 0x1

/** An archive that was looked at whole, and can be restored. */
export interface OpenBackup {
  manifest: BackupManifest
  /** Each package that the manifest needs, by the Base64 of its SHA-256. */
  packages: ReadonlySet<string>
  /** One package, which is what its hash says. */
  read(codeSha256: string): Promise<Buffer>
}

/**
 * Looks at every byte of an archive that counts, and writes nothing. Memory is that of the manifest
 * and of one package. Throws InvalidBackup.
 */
export async function openBackup(file: FileHandle): Promise<OpenBackup> {
  const { size } = await file.stat()
  if (size === 0) refuseBackup('it is empty')
  const zip = await openZip(file)
  const entries = await entriesOf(zip)
  const inManifest = entries.get(MANIFEST_PATH)
  if (!inManifest) return refuseBackup(`it has no ${MANIFEST_PATH}`)
  const manifest = readManifest(await readEntry(zip, inManifest, MANIFEST_BYTES_MAX))
  const sizes = sizesOf(manifest)
  const wanted = new Set([MANIFEST_PATH, ...[...sizes.keys()].map(packagePath)])
  for (const path of entries.keys()) {
    if (!wanted.has(path)) refuseBackup(`entry ${JSON.stringify(path)} does not belong to it`)
  }
  const read = async (codeSha256: string) => {
    const entry = entries.get(packagePath(codeSha256))
    if (!entry) return refuseBackup(`it lacks the code package ${codeSha256}`)
    const bytes = await readEntry(zip, entry, MAX_ZIP_BYTES)
    const hash = createHash('sha256').update(bytes).digest('base64')
    if (hash !== codeSha256) refuseBackup(`code package ${codeSha256} is damaged`)
    return bytes
  }
  for (const [codeSha256, codeSize] of sizes) {
    const bytes = await read(codeSha256)
    if (bytes.length !== codeSize) refuseBackup(`code package ${codeSha256} has another size`)
    await checkPackage(codeSha256, bytes)
  }
  return { manifest, packages: new Set(sizes.keys()), read }
}

function sizesOf(manifest: BackupManifest): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { codeSha256, codeSize } of packagesOf(manifest)) {
    if ((sizes.get(codeSha256) ?? codeSize) !== codeSize) {
      refuseBackup(`code package ${codeSha256} has two sizes`)
    }
    sizes.set(codeSha256, codeSize)
  }
  return sizes
}

async function openZip(file: FileHandle): Promise<ZipFile> {
  try {
    return await fromFdPromise(file.fd, {
      autoClose: false,
      decodeStrings: true,
      strictFileNames: true,
    })
  } catch (error) {
    return refuseBackup((error as Error).message, error)
  }
}

/** Nothing is compressed in a backup, so that no entry is larger than it looks. */
async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > BACKUP_PACKAGES_MAX + 1) refuseBackup(`it has ${zip.entryCount} entries`)
  const entries = new Map<string, Entry>()
  try {
    for await (const entry of zip.eachEntry()) {
      const shown = JSON.stringify(entry.fileName.slice(0, 200))
      if (entries.has(entry.fileName)) refuseBackup(`entry ${shown} is there twice`)
      if (entry.generalPurposeBitFlag & ENCRYPTED) refuseBackup(`entry ${shown} is encrypted`)
      if (entry.compressionMethod !== STORED) refuseBackup(`entry ${shown} is compressed`)
      if (entry.compressedSize !== entry.uncompressedSize) {
        refuseBackup(`entry ${shown} has two sizes`)
      }
      entries.set(entry.fileName, entry)
    }
  } catch (error) {
    if (error instanceof HearthError) throw error
    refuseBackup((error as Error).message, error)
  }
  return entries
}

async function readEntry(zip: ZipFile, entry: Entry, bytesMax: number): Promise<Buffer> {
  const shown = JSON.stringify(entry.fileName.slice(0, 200))
  if (entry.uncompressedSize > bytesMax) {
    refuseBackup(`entry ${shown} is larger than ${bytesMax} bytes`)
  }
  let bytes: Buffer
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry)
    bytes = Buffer.concat(await stream.toArray())
  } catch (error) {
    return refuseBackup(`entry ${shown} cannot be read: ${(error as Error).message}`, error)
  }
  if (bytes.length !== entry.uncompressedSize || crc32(bytes) !== entry.crc32) {
    refuseBackup(`entry ${shown} has a wrong checksum`)
  }
  return bytes
}

/** As the routes that take code look at it: what could not be deployed is not restored either. */
async function checkPackage(codeSha256: string, bytes: Buffer): Promise<void> {
  try {
    await inspectZip(bytes)
  } catch (error) {
    if (!(error instanceof HearthError)) throw error
    refuseBackup(`code package ${codeSha256}: ${error.message}`, error)
  }
}
