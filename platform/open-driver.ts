import { join } from 'node:path'
import { HearthError } from '../core/errors.ts'
import type { Settings } from '../core/settings.ts'
import { bundleRuntime } from '../runtime-image/build.ts'
import { Engine } from '../scheduler/engine.ts'
import { DockerDriver } from '../scheduler/pool/docker-driver.ts'
import type { Driver } from '../scheduler/pool/driver.ts'
import { ProcessDriver } from '../scheduler/pool/process-driver.ts'
import type { SetupResult } from '../setup/setup-result.ts'
import type { DriverName } from './choose-driver.ts'

/** Throws EngineUnavailable or SandboxFailed where what the driver needs is not there. */
export async function openDriver(
  name: DriverName,
  where: { settings: Settings; setup: SetupResult; dataDir: string },
): Promise<Driver> {
  const { settings, setup, dataDir } = where
  const directory = join(dataDir, 'sandboxes')
  if (name === 'process') {
    const runtime = join(dataDir, 'runtime')
    await bundleRuntime(runtime)
    return ProcessDriver.open({ runtime, directory })
  }
  return DockerDriver.open({
    engine: Engine.open(settings.DOCKER_HOST),
    image: settings.SANDBOX_IMAGE ?? imageOf(setup),
    runtime: settings.SANDBOX_RUNTIME,
    directory,
  })
}

/** By the tag of its content: another checkout on the same engine may have moved `latest`. */
function imageOf({ sandboxImage }: SetupResult): string {
  if (sandboxImage.state !== 'missing') return sandboxImage.value
  throw new HearthError('SandboxFailed', {
    reason: `there is no sandbox image: ${sandboxImage.reason}`,
  })
}
