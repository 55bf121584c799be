import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { PROJECT } from './setup-result.ts'

/**
 * Writes the command line as JavaScript into `dist/`, for the package: Node.js strips no types of what
 * lies under node_modules. Each command stays a file of its own that is loaded when it is called.
 */
const folder = join(PROJECT, 'dist')
rmSync(folder, { recursive: true, force: true })
await build({
  entryPoints: [join(PROJECT, 'cli', 'main.ts')],
  outdir: folder,
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node24',
  legalComments: 'none',
  logLevel: 'warning',
})
