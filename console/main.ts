import { resolve } from 'node:path'
import { buildConsole } from './build.ts'

const USAGE = 'usage: node console/main.ts <output directory>'

/** For the Dockerfile, where no set-up runs. */
const [outputDirectory] = process.argv.slice(2)
if (outputDirectory === undefined) {
  console.error(USAGE)
  process.exit(2)
}
await buildConsole(resolve(outputDirectory))
