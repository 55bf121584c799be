#!/usr/bin/env node
// Starts the command line. A package has it as JavaScript, since Node.js strips no types under
// node_modules; in a clone the TypeScript itself runs, by the Node.js 24 that came with the packages.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const packed = join(here, '..', 'dist', 'main.js')
const [major] = process.versions.node.split('.').map(Number)

if (!existsSync(join(here, 'main.ts'))) {
  if (major >= 22) await start(packed)
  else refuse('Node.js 22 or newer is needed', 'Install it: https://nodejs.org')
} else if (major >= 24) await start(join(here, 'main.ts'))
else runByNode24()

async function start(file) {
  module.enableCompileCache?.()
  await import(file)
}

function runByNode24() {
  const node = join(here, '..', 'node_modules', '.bin', 'node')
  const words = [join(here, 'main.ts'), ...process.argv.slice(2)]
  const child = spawn(existsSync(node) ? node : 'node24', words, { stdio: 'inherit' })
  // A terminal sends them to both: what comes twice so soon is taken for one (cli/interrupt.ts).
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', () =>
    refuse('Node.js 24 is needed', 'Install it, or run "npm ci" in the folder of Hearth.'),
  )
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
  })
}

function refuse(cause, remedy) {
  console.error(`${cause}\n${remedy}`)
  process.exitCode = 1
}
