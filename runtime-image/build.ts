import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

/** The entry points, by the names that they have in the image. */
const ENTRIES = {
  bootstrap: 'bootstrap.ts',
}

/**
 * Writes everything that goes into the sandbox image to `outputDirectory`, its Dockerfile
 * included: the directory is the build's context. Returns a hash over all of it (hex), the same
 * for the same sources.
 */
export async function bundleRuntime(outputDirectory: string): Promise<string> {
  await mkdir(outputDirectory, { recursive: true })
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ENTRIES,
    outdir: outputDirectory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    legalComments: 'none',
    logLevel: 'silent',
  })
  await copyFile(join(import.meta.dirname, 'Dockerfile'), join(outputDirectory, 'Dockerfile'))
  const hash = createHash('sha256')
  for (const name of ['Dockerfile', ...Object.keys(ENTRIES).map((entry) => `${entry}.mjs`)]) {
    const content = await readFile(join(outputDirectory, name))
    hash.update(`${name} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}
