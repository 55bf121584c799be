import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** The entry points, by the names that they have in the image. */
const ENTRIES = {
  bootstrap: 'bootstrap.ts',
  forwarder: 'egress/forwarder.ts',
  proxy: 'egress/proxy.ts',
  rehearsal: 'rehearsal.ts',
  thread: 'egress/thread.ts',
}

/**
 * Takes from Node's modules only the members that are used. A plain `import` evaluates all lazy ones
 * too (`fs.promises`, web crypto), which made a waiting sandbox 9 MB larger.
 */
const LAZY_BUILTINS: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }))
    onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== 'default')
      return {
        contents: [
          `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`,
          'export default builtin',
          ...names.map(
            (name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})()`,
          ),
        ].join('\n'),
      }
    })
  },
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
    plugins: [LAZY_BUILTINS],
    minifyWhitespace: true,
    minifySyntax: true,
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
