import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { HearthError } from '../core/errors.ts'
import {
  BACKUP_FORMAT,
  BACKUP_VERSION,
  type BackupManifest,
  MANIFEST_BYTES_MAX,
  MANIFEST_PATH,
  packagePath,
  packagesOf,
} from '../core/functions/backup.ts'
import type { CodeStore } from '../core/functions/code-store.ts'
import type { ConfigurationStore } from '../core/functions/configuration-store.ts'

const SLICE_BYTES = 64 * 1024

export interface Backup {
  createdAt: string
  functions: number
  /** Ends with an error, and so without the archive's end, where a package cannot be read whole. */
  stream: Readable
}

/**
 * Starts a backup: all is as it is at this moment; code packages, which never change,
 * follow one at a time as the stream is read. Throws RedisUnavailable, PayloadTooLarge.
 */
export async function writeBackup(parts: {
  configuration: ConfigurationStore
  code: CodeStore
}): Promise<Backup> {
  const configuration = await parts.configuration.read()
  const manifest: BackupManifest = {
    format: BACKUP_FORMAT,
    version: BACKUP_VERSION,
    createdAt: new Date().toISOString(),
    ...configuration,
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  if (bytes.length > MANIFEST_BYTES_MAX) {
    const details = { what: 'Configuration of the platform', limitBytes: MANIFEST_BYTES_MAX }
    throw new HearthError('PayloadTooLarge', details)
  }
  const zip = new ZipFile()
  const stored = { compress: false, mtime: new Date(manifest.createdAt), mode: 0o100644 }
  zip.addBuffer(bytes, MANIFEST_PATH, stored)
  const packages = packagesOf(configuration)
  const sizes = new Map(packages.map(({ codeSha256, codeSize }) => [codeSha256, codeSize]))
  const stream = zip.outputStream as Readable
  const breakOff = (error: Error) => stream.destroy(error)
  for (const [codeSha256, size] of sizes) {
    zip.addReadStreamLazy(packagePath(codeSha256), { ...stored, size }, (ready) => {
      const source = Readable.from(packageOf(parts.code, codeSha256), { objectMode: false })
      ready(null, source.once('error', breakOff))
    })
  }
  zip.once('error', breakOff)
  zip.end()
  return { createdAt: manifest.createdAt, functions: configuration.functions.length, stream }
}

async function* packageOf(code: CodeStore, codeSha256: string): AsyncGenerator<Buffer> {
  const zip = await code.get(codeSha256)
  const found = createHash('sha256').update(zip).digest('base64')
  if (found !== codeSha256) {
    throw new Error(`Code package ${codeSha256} is damaged: its hash is ${found}`)
  }
  for (let at = 0; at < zip.length; at += SLICE_BYTES) yield zip.subarray(at, at + SLICE_BYTES)
}
