import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError, findProgram, run } from './command.ts'
import { prepareGo } from './go.ts'
import { seconds } from './report.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part } from './setup-result.ts'

const MODULE = 'github.com/docker/compose/v2'
const VERSION = 'v2.40.3'
const BUILD_DEADLINE_MS = 900_000
const OWN = join(HEARTH, 'bin', 'docker-compose')
const PLUGINS = [
  '/usr/libexec/docker/cli-plugins/docker-compose',
  '/usr/lib/docker/cli-plugins/docker-compose',
  '/usr/local/lib/docker/cli-plugins/docker-compose',
]

/** Finds docker compose v2 as a program of its own, or builds it: the test of docker-compose.yml needs it. */
export async function prepareCompose(setup: Setup, engine: Part): Promise<Part> {
  if (engine.state === 'missing') return without(setup, 'there is no engine')
  const onPath = await findProgram('docker-compose')
  for (const path of [OWN, ...PLUGINS, ...(onPath ? [onPath] : [])]) {
    if (!(await isVersion2(path))) continue
    setup.report.found('compose', path)
    return { state: 'ready', value: path }
  }
  const started = Date.now()
  const failure = await build(setup)
  if (failure) return without(setup, `docker compose v2 is not there, and ${failure}`)
  setup.report.made('compose', `${OWN} ${VERSION}, ${seconds(started)}`)
  return { state: 'ready', value: OWN }
}

function without(setup: Setup, reason: string): Part {
  setup.report.missing('compose', `${reason}: its test will be SKIPPED`)
  return { state: 'missing', reason }
}

async function isVersion2(path: string): Promise<boolean> {
  if (!existsSync(path)) return false
  const version = await run([path, 'version', '--short'], { deadlineMs: 10_000 }).catch(() => '')
  return /^v?(?:[2-9]|\d\d)\./.test(version)
}

/**
 * Resolves to why it was not built, or undefined. Compose's go.mod has `exclude`s, which `go install`
 * refuses, so a module of our own requires it.
 */
async function build(setup: Setup): Promise<string | undefined> {
  const go = await prepareGo(setup, 'compose')
  if (go.state === 'missing') return `building it needs Go: ${go.reason}`
  const directory = join(HEARTH, 'compose-build')
  mkdirSync(directory, { recursive: true })
  mkdirSync(join(HEARTH, 'bin'), { recursive: true })
  writeFileSync(
    join(directory, 'go.mod'),
    `module compose\n\ngo 1.24\n\nrequire ${MODULE} ${VERSION}\n`,
  )
  writeFileSync(
    join(directory, 'tools.go'),
    `//go:build tools\n\npackage tools\n\nimport _ "${MODULE}/cmd"\n`,
  )
  const flags = ['-trimpath', '-ldflags', `-s -w -X ${MODULE}/internal.Version=${VERSION}`] as const
  try {
    await setup.report.busy(
      'compose',
      'building docker compose with Go (minutes, once)',
      async () => {
        await run([go.value, 'mod', 'tidy'], { deadlineMs: BUILD_DEADLINE_MS, directory })
        await run(
          [
            'env',
            'CGO_ENABLED=0',
            go.value,
            'build',
            ...flags,
            '-o',
            `${OWN}.new`,
            `${MODULE}/cmd`,
          ],
          {
            deadlineMs: BUILD_DEADLINE_MS,
            directory,
          },
        )
      },
    )
  } catch (error) {
    if (error instanceof CommandError) return `building it failed: ${error.message}`
    throw error
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  renameSync(`${OWN}.new`, OWN)
  return undefined
}
