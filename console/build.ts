import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** Where the gateway serves it. */
const BASE = '/console/'
const COMPRESSED = /\.(?:js|css|svg)$/

/**
 * Builds the console into `outputDirectory`, which is emptied before: index.html, and under assets/ files
 * that are named by their content, each with its gzip beside it. Needs no network.
 */
export async function buildConsole(outputDirectory: string): Promise<void> {
  await build({
    configFile: false,
    root: import.meta.dirname,
    base: BASE,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: outputDirectory,
      emptyOutDir: true,
      target: 'es2023',
      // The policy of the page allows no inline script and no data: URL of a font or a style.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1000,
    },
  })
  const assets = join(outputDirectory, 'assets')
  for (const name of await readdir(assets)) {
    if (!COMPRESSED.test(name)) continue
    const bytes = await readFile(join(assets, name))
    await writeFile(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }))
  }
}
