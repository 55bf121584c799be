import { readSettings, SettingsError } from '../core/settings.ts'
import { Apt } from './apt.ts'
import { prepareBaseImage } from './base-image.ts'
import { prepareChromium } from './chromium.ts'
import { killRunningCommands } from './command.ts'
import { prepareCompose } from './compose.ts'
import { prepareConsole } from './console.ts'
import { prepareEngine } from './engine.ts'
import { type Goal, isGoal, verdict } from './goal.ts'
import { prepareLoadGenerator } from './load-generator.ts'
import { prepareMinio } from './minio.ts'
import { preparePostgres } from './postgres.ts'
import { preparePythonClients } from './python-clients.ts'
import { prepareRedis } from './redis.ts'
import { Report } from './report.ts'
import { prepareSandboxImage } from './sandbox-image.ts'
import { prepareServicePackages } from './service-packages.ts'
import type { Setup } from './setup.ts'
import { type Part, type SetupResult, writeSetupResult } from './setup-result.ts'
import { prepareTerraform } from './terraform.ts'

const USAGE = 'usage: sh setup/prepare.sh start|test|bench|sandbox-image'

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    killRunningCommands()
    process.exit(code)
  })
}

process.exitCode = await main(process.argv.slice(2))

async function main(words: string[]): Promise<number> {
  const [goal, flag] = words
  if (!isGoal(goal) || (flag !== undefined && flag !== '--strict')) {
    console.error(USAGE)
    return 2
  }
  try {
    const report = new Report((line) => console.log(line))
    const found = await prepare(goal, {
      settings: readSettings(),
      report,
      apt: new Apt(report, goal !== 'sandbox-image'),
    })
    writeSetupResult(found)
    const { code, reasons } = verdict(goal, found, flag === '--strict')
    for (const reason of reasons) console.error(`failed ${reason}`)
    return code
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(error.message)
    return 1
  }
}

/** Parts that do not need one another are prepared side by side: builds take minutes. */
async function prepare(goal: Goal, setup: Setup): Promise<Partial<SetupResult>> {
  const engine = await prepareEngine(setup)
  const image = async () =>
    await prepareSandboxImage(setup, engine, await prepareBaseImage(setup, engine))
  if (goal === 'sandbox-image') return { engine, sandboxImage: await image() }
  const [redis, minio, sandboxImage, page, forTests, loadGenerator] = await Promise.all([
    prepareRedis(setup, engine),
    prepareMinio(setup, engine),
    image(),
    prepareConsole(setup),
    goal === 'test' ? prepareForTests(setup, engine) : {},
    goal === 'bench' ? prepareLoadGenerator(setup) : undefined,
  ])
  return {
    engine,
    redis,
    minio,
    sandboxImage,
    console: page,
    ...forTests,
    ...(loadGenerator && { loadGenerator }),
  }
}

async function prepareForTests(setup: Setup, engine: Part): Promise<Partial<SetupResult>> {
  const [compose, postgres, pythonClients, terraform, chromium] = await Promise.all([
    composeWithPackages(setup, engine),
    preparePostgres(setup),
    preparePythonClients(setup),
    prepareTerraform(setup),
    prepareChromium(setup),
  ])
  return { compose, postgres, pythonClients, ...terraform, chromium }
}

/** The test of docker-compose.yml needs the program and what its image is built of. */
async function composeWithPackages(setup: Setup, engine: Part): Promise<Part> {
  const [compose, failure] = await Promise.all([
    prepareCompose(setup, engine),
    prepareServicePackages(setup, engine),
  ])
  return failure && compose.state !== 'missing' ? { state: 'missing', reason: failure } : compose
}
