import { connect } from 'node:net'
import {
  type Check,
  type Finding,
  failed,
  ok,
  type Probe,
  runProbes,
  warning,
} from '../core/diagnosis/check.ts'
import { diskProbe } from '../core/diagnosis/disk.ts'
import { HearthError } from '../core/errors.ts'
import { entranceListener, type FunctionEntranceAddress } from '../core/links/function-entrance.ts'
import type { FreezingWay } from '../core/links/invoke-link.ts'
import type { Driver } from './pool/driver.ts'
import type { Pool } from './pool/pool.ts'

export interface DiagnosedHost {
  driver: Driver
  pool: Pool
  dataDir: string
  entrance: FunctionEntranceAddress
  workerRestarts(): number
}

/** Looks at all that the sandboxes of this host need. Never rejects. */
export function diagnoseHost(host: DiagnosedHost): Promise<Check[]> {
  const { driver, pool, dataDir, entrance } = host
  return runProbes([
    { name: 'engine', remedy: ENGINE, look: () => engine(driver) },
    { name: 'sandboxes', remedy: SANDBOXES, look: () => pool.inspection.tryStart() },
    { name: 'freezing', remedy: SANDBOXES, look: async () => freezingFinding(driver.freezing) },
    {
      name: 'removals',
      remedy: SANDBOXES,
      look: async () => removals(pool.engineReport().quarantined.length),
    },
    { name: 'queue', remedy: 'Look at the log.', look: async () => queue(host.workerRestarts()) },
    entranceProbe(entrance),
    diskProbe(dataDir),
  ])
}

const ENGINE =
  'Start Docker (systemctl start docker), or name another engine in DOCKER_HOST; "docker ps" must work for the user of the platform.'
const SANDBOXES = 'Look at the log of the scheduler, and at "docker ps -a".'

async function engine(driver: Driver): Promise<Finding> {
  if (driver.kind === 'process') {
    return warning(
      'Sandboxes are plain processes of this machine: nothing is isolated',
      'Install Docker and set SANDBOX_DRIVER=docker, unless only your own code runs here.',
    )
  }
  try {
    return ok(await driver.describe())
  } catch (error) {
    return engineFailure(error)
  }
}

/** What keeps an engine from answering, by what the system said of its socket. */
export function engineFailure(error: unknown): Finding {
  const { code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') {
    return failed(
      'The socket of the container engine may not be opened by the user of the platform',
      'Add the user to the group of the socket (usermod -aG docker USER) and sign in again.',
    )
  }
  if (code === 'ENOENT') return failed('There is no socket of a container engine', ENGINE)
  if (code === 'ECONNREFUSED') return failed('Nobody answers at the socket of the engine', ENGINE)
  const remedy = error instanceof HearthError ? error.remedy : ENGINE
  return failed((error as Error).message, remedy)
}

export function freezingFinding(way: FreezingWay): Finding {
  switch (way) {
    case 'cgroup-v1':
    case 'cgroup-v2':
      return ok(`Idle sandboxes are frozen by a file of their control group (${way})`)
    case 'signals':
      return ok('Idle sandboxes are frozen by signals')
    case 'engine':
      return warning(
        'Idle sandboxes are frozen by the engine, which takes 10 ms at their next call',
        'Start the scheduler as root on the engine’s host, or mount /sys/fs/cgroup at /host/cgroup as docker-compose.yml does.',
      )
    case 'off':
      return warning('Idle sandboxes are not frozen', 'Use Linux with a container engine.')
  }
}

function removals(quarantined: number): Finding {
  if (quarantined === 0) return ok('Every sandbox that has left is gone')
  return warning(
    `${quarantined} sandboxes could not be removed, and take the place of others`,
    'GET /engine says why; "docker rm -f" ends them, else the engine has to be started again.',
  )
}

function queue(restarts: number): Finding {
  if (restarts === 0) return ok('The queue is taken from')
  return warning(
    `What takes from the queue has fallen silent ${restarts} times since the start, and was opened anew`,
    'Look at the connection to Redis: something on the way drops it without a word.',
  )
}

/** The port, or the socket, that sandboxes’ calls of the platform go to. */
function entranceProbe({ address }: FunctionEntranceAddress): Probe {
  const remedy =
    'Check FUNCTIONS_URL, and that the gateway runs: functions cannot call the platform.'
  return {
    name: 'calls of functions',
    remedy,
    look: () =>
      new Promise((resolve, reject) => {
        const socket = connect(entranceListener(address))
        socket.once('error', (error) => reject(error))
        socket.once('connect', () => {
          socket.destroy()
          resolve(ok('Functions reach the platform'))
        })
        socket.setTimeout(2500, () => {
          socket.destroy()
          resolve(failed('Nobody answers where functions call the platform', remedy))
        })
      }),
  }
}
