import { join } from 'node:path'
import type { Settings } from '../core/settings.ts'
import { bundleRuntime } from '../runtime-image/build.ts'
import { Engine } from '../scheduler/engine.ts'
import { DockerDriver } from '../scheduler/pool/docker-driver.ts'
import type { Driver } from '../scheduler/pool/driver.ts'
import { ProcessDriver } from '../scheduler/pool/process-driver.ts'
import type { DriverName } from './choose-driver.ts'

const SANDBOX_IMAGE = 'hearth-sandbox:latest'

/** Throws EngineUnavailable or SandboxFailed where what the driver needs is not there. */
export async function openDriver(
  name: DriverName,
  where: { settings: Settings; dataDir: string },
): Promise<Driver> {
  const { settings, dataDir } = where
  const directory = join(dataDir, 'sandboxes')
  if (name === 'process') {
    const runtime = join(dataDir, 'runtime')
    await bundleRuntime(runtime)
    return ProcessDriver.open({ runtime, directory })
  }
  return DockerDriver.open({
    engine: Engine.open(settings.DOCKER_HOST),
    image: settings.SANDBOX_IMAGE ?? SANDBOX_IMAGE,
    runtime: settings.SANDBOX_RUNTIME,
    directory,
  })
}
