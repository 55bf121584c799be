import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import { makeZip } from '../core/functions/zip.ts'
import { PROJECT } from '../setup/setup-result.ts'
import { SOURCE } from './peers/handler.ts'
import { atRest, type MeasuredPlatform, request, withPlatform } from './platform.ts'
import { ms, type Row } from './report/row.ts'
import { medianOf, overRounds } from './statistics.ts'

const FILES = 5_000
/** Random, so that the zip does not shrink below what people deploy: hexadecimal halves. */
const FILE_BYTES = (50 * 1024 * 1024) / FILES
const LARGE_PAIRS = 7
const HEAVY = 7
/** A share of a core that such functions are given; with the default one they load for seconds on a busy machine. */
const HEAVY_MEMORY_MB = 1024
/**
 * Before each of its calls, when sandboxes of the last one are being removed, which takes the cores as
 * loading does; and after the first one, whose sandbox records what it has compiled when it is idle.
 */
const CALM_MS = 1000
/** What a module-heavy function of these days imports, in one file. */
const IMPORTED = ['express', 'fastify', 'zod', '@aws-sdk/client-s3']

/** How cold starts depend on the package: on its size, and on what its code imports. */
export async function measurePackages(): Promise<Row[]> {
  return await withPlatform({}, async (platform) => [
    await largeRow(platform),
    await moduleHeavyRow(platform),
  ])
}

async function largeRow(platform: MeasuredPlatform): Promise<Row> {
  const large: number[] = []
  const small: number[] = []
  const data = dataFiles()
  for (let pair = 0; pair < LARGE_PAIRS; pair += 1) {
    // Its own code, so that no package has been unpacked before.
    const source = `${SOURCE}// ${pair}\n`
    await create(platform, await makeZip({ 'index.mjs': source }), { name: `small-${pair}` })
    small.push(await call(platform, `small-${pair}`))
    const zip = await makeZip({ 'index.mjs': source, ...data })
    await create(platform, zip, { name: `large-${pair}` })
    large.push(await call(platform, `large-${pair}`))
  }
  return {
    what: `cold, package of 50 MB in ${FILES.toLocaleString('en')} files`,
    figure: ms(medianOf(large)),
    against: `a function of one file ${ms(medianOf(small))}, ${LARGE_PAIRS} each in turns`,
    ...overRounds(large.map((took, pair) => took / (small[pair] ?? Number.NaN))),
    budget: { atMost: 1.5 },
  }
}

/** The second start is another sandbox's, with the same code. */
async function moduleHeavyRow(platform: MeasuredPlatform): Promise<Row> {
  const bundle = importing(IMPORTED)
  const first: number[] = []
  const second: number[] = []
  for (let index = 0; index < HEAVY; index += 1) {
    const name = `heavy-${index}`
    const zip = await makeZip({ 'index.cjs': `${bundle}\n// ${index}\n` })
    await create(platform, zip, {
      name,
      memoryMb: String(HEAVY_MEMORY_MB),
      timeoutSeconds: '30',
    })
    await sleep(CALM_MS)
    first.push(await call(platform, name))
    await sleep(CALM_MS)
    // Its sandboxes are made anew, with the same code.
    await request(`${platform.url}/functions/${name}`, 'PATCH', { environment: { START: '2' } })
    await sleep(CALM_MS)
    second.push(await call(platform, name))
    await request(`${platform.url}/functions/${name}`, 'DELETE')
  }
  return {
    what: 'cold, module-heavy function, second start',
    figure: ms(medianOf(second)),
    against: `its first start ${ms(medianOf(first))}; ${HEAVY_MEMORY_MB} MB, it imports ${IMPORTED.join(', ')}`,
    ...overRounds(second.map((took, index) => took / (first[index] ?? Number.NaN))),
    budget: { atMost: 0.6 },
  }
}

function dataFiles(): Record<string, string> {
  const files: Record<string, string> = {}
  for (let file = 0; file < FILES; file += 1) {
    files[`data/${file % 50}/${file}.txt`] = randomBytes(FILE_BYTES / 2).toString('hex')
  }
  return files
}

/** One file of CommonJS that loads all of these packages. */
function importing(packages: string[]): string {
  const imports = packages.map((name, index) => `import * as m${index} from '${name}'`)
  const names = packages.map((_, index) => `m${index}`)
  const handler = `export const handler = async () => [${names.join(', ')}].length`
  const { outputFiles } = buildSync({
    stdin: { contents: [...imports, handler].join('\n'), resolveDir: PROJECT },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

async function create(
  { url }: MeasuredPlatform,
  zip: Buffer,
  configuration: Record<string, string>,
): Promise<void> {
  const form = new FormData()
  for (const [field, value] of Object.entries(configuration)) form.set(field, value)
  form.set('code', new Blob([new Uint8Array(zip)]), 'code.zip')
  const response = await fetch(`${url}/functions`, { method: 'POST', body: form })
  if (!response.ok)
    throw new Error(`"${configuration.name}" was not made: ${await response.text()}`)
}

async function call(platform: MeasuredPlatform, name: string): Promise<number> {
  await atRest(platform)
  const startedAt = performance.now()
  await request(`${platform.url}/functions/${name}/invocations`, 'POST', {})
  return performance.now() - startedAt
}
