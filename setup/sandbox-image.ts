import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bundleRuntime } from '../runtime-image/build.ts'
import { EngineApi, EngineApiError } from './engine-api.ts'
import { seconds } from './report.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part, PROJECT } from './setup-result.ts'
import { tarOf } from './tar-of.ts'

const NAME = 'hearth-sandbox'
const DOCKERFILE = join(PROJECT, 'runtime-image', 'Dockerfile')
const BUILD_DEADLINE_MS = 120_000

/** Finds the image of this very runtime, or builds it, without a network, on the base image. */
export async function prepareSandboxImage(setup: Setup, engine: Part, base: Part): Promise<Part> {
  if (setup.settings.SANDBOX_IMAGE) {
    setup.report.found('sandbox image', `SANDBOX_IMAGE=${setup.settings.SANDBOX_IMAGE}`)
    return { state: 'given', value: 'SANDBOX_IMAGE' }
  }
  if (engine.state === 'missing') return without(setup, 'there is no engine')
  if (base.state === 'missing') return without(setup, 'there is no base image')
  const api = new EngineApi(engine.value)
  const context = join(HEARTH, `sandbox-image.${process.pid}`)
  mkdirSync(context, { recursive: true })
  try {
    return await findOrBuild(setup, api, { context, base: base.value })
  } catch (error) {
    if (error instanceof EngineApiError)
      return without(setup, `it cannot be built: ${error.message}`)
    throw error
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

interface Build {
  context: string
  base: string
}

async function findOrBuild(setup: Setup, api: EngineApi, build: Build): Promise<Part> {
  const runtime = await bundleRuntime(build.context)
  const parts = [runtime, readFileSync(DOCKERFILE, 'utf8'), (await api.imageId(build.base)) ?? '']
  const tag = createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)
  const image = `${NAME}:${tag}`
  if (await api.imageId(image)) {
    await api.tag(image, NAME, 'latest')
    setup.report.found('sandbox image', image)
    return { state: 'ready', value: image }
  }
  const started = Date.now()
  copyFileSync(DOCKERFILE, join(build.context, 'Dockerfile'))
  await setup.report.busy('sandbox image', `building ${image}`, () =>
    api.build(tarOf(build.context), {
      tags: [image, `${NAME}:latest`],
      arguments: { BASE_IMAGE: build.base },
      network: 'none',
      deadlineMs: BUILD_DEADLINE_MS,
    }),
  )
  setup.report.made('sandbox image', `${image}, ${seconds(started)}`)
  return { state: 'ready', value: image }
}

function without(setup: Setup, reason: string): Part {
  setup.report.missing('sandbox image', reason)
  return { state: 'missing', reason }
}
