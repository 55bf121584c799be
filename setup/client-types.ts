import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'
import { HEARTH, PROJECT } from './setup-result.ts'

/**
 * Writes the types of the REST API for its clients, out of what a running platform answers to
 * `GET /openapi.json`: `npm run client [-- URL]`, with a platform of this very state at 4327 or there.
 * The generator needs a TypeScript that has an API (5), so it is installed apart, at the first time.
 */
const TARGET = join(PROJECT, 'api', 'types.ts')
const GENERATOR = { 'openapi-typescript': '7.13.0', typescript: '5.9.3' }
const INSTALL_MS = 180_000
const NPM: [string, ...string[]] = [
  'npm',
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

interface Document {
  paths: Record<string, Record<string, unknown>>
}

interface OpenApi {
  default(document: Document): Promise<unknown[]>
  astToString(nodes: unknown[]): string
}

/** What the clients see of the document: REST without Lambda's paths, and no errors. */
function essenceOf(document: Document): Document {
  const paths = Object.entries(document.paths).filter(([path]) => !/^\/\d{4}-/.test(path))
  return {
    ...document,
    paths: Object.fromEntries(paths.map(([path, of]) => [path, answersOf(of)])),
  }
}

function answersOf(operations: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(operations, (key, value: unknown) =>
      /^[45]\d\d$/.test(key) || isProse(key, value) ? undefined : value,
    ),
  ) as Record<string, unknown>
}

/** A field of a body may be called "description" as well, but then it is a schema. */
function isProse(key: string, value: unknown): boolean {
  return (key === 'description' || key === 'summary') && typeof value === 'string'
}

/** Of the paths of a document: other types belong to another one. */
export function fingerprintOf(document: Document): string {
  return createHash('sha256')
    .update(JSON.stringify(essenceOf(document).paths))
    .digest('hex')
}

/** The fingerprint of the document that the types of the command line were made of. */
export async function fingerprintOfTypes(): Promise<string | undefined> {
  return /of the document ([0-9a-f]{64})/.exec(await readFile(TARGET, 'utf8'))?.[1]
}

async function generator(): Promise<OpenApi> {
  const folder = join(HEARTH, 'client-types')
  await mkdir(folder, { recursive: true })
  const manifest = JSON.stringify({ private: true, dependencies: GENERATOR })
  // npm writes .package-lock.json last, so an interrupted install does not count as done.
  if (!existsSync(join(folder, 'node_modules', '.package-lock.json'))) {
    await writeFile(join(folder, 'package.json'), manifest)
    await run(NPM, { deadlineMs: INSTALL_MS, directory: folder })
  }
  const file = join(folder, 'node_modules', 'openapi-typescript', 'dist', 'index.mjs')
  return (await import(file)) as OpenApi
}

async function main(url: string): Promise<void> {
  const response = await fetch(`${url}/openapi.json`)
  const document = (await response.json()) as Document
  const { default: toNodes, astToString } = await generator()
  const types = astToString(await toNodes(essenceOf(document)))
  const header = [
    `// Made by "npm run client" of the document ${fingerprintOf(document)}`,
    '// of GET /openapi.json; not to be changed by hand.',
  ]
  await writeFile(TARGET, `${header.join('\n')}\n\n${types}`)
  console.log(`api/types.ts: ${Object.keys(essenceOf(document).paths).length} paths of ${url}`)
}

if (import.meta.main) await main(process.argv[2] ?? 'http://127.0.0.1:4327')
