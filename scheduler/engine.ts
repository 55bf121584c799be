import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import Docker from 'dockerode'
import { HearthError } from '../core/errors.ts'
import type { EngineCallTally } from '../core/links/invoke-link.ts'
import { EngineCalls, isAnswered } from './engine-calls.ts'

/** What a container is made from; only `pool/container-spec.ts` builds one. */
export type ContainerSpec = Docker.ContainerCreateOptions & {
  HostConfig: Docker.HostConfig & { CgroupnsMode: 'private' }
}

export interface ListedContainer {
  containerId: string
  labels: Record<string, string>
  running: boolean
}

export interface EndedContainer {
  /** 128 + signal for what a signal ended; undefined where the container is gone or still runs. */
  exitCode: number | undefined
  oomKilled: boolean
}

export interface MountOfOwn {
  /** Path in this process's own container. */
  destination: string
  /** The same on the host of the engine. */
  source: string
}

const DEFAULT_SOCKET = '/var/run/docker.sock'

/** What the engine answers where a container runs already. */
const ALREADY = 304

/**
 * The container engine in the words of the pool. Every call goes through `EngineCalls`, which has its
 * deadline: the client below waits for ever when the engine dies in mid-answer. What the engine
 * refuses rejects with SandboxFailed; an engine that does not answer, with EngineUnavailable.
 */
export class Engine {
  readonly #docker: Docker
  readonly #calls = new EngineCalls()

  private constructor(docker: Docker) {
    this.#docker = docker
  }

  /** `address` is a DOCKER_HOST; without it the local socket. Connects on the first call. */
  static open(address?: string): Engine {
    return new Engine(new Docker(connection(address)))
  }

  async ping(): Promise<void> {
    await this.#calls.run('ping', (abortSignal) => pingOf(this.#docker)({ abortSignal }))
  }

  /** Its name and version, and that of its API. */
  async version(): Promise<{ engine: string; api: string }> {
    const found = await this.#calls.run('version', () => this.#docker.version())
    const { Platform, Version, ApiVersion } = found
    return { engine: `${Platform?.Name || 'Docker'} ${Version}`, api: ApiVersion }
  }

  /** Names of the OCI runtimes that it has. */
  async runtimes(): Promise<string[]> {
    const { Runtimes } = await this.#calls.run('inspect', () => this.#docker.info())
    return Object.keys(Runtimes ?? {})
  }

  /** Resolves with the container's id. */
  async create(spec: ContainerSpec): Promise<string> {
    const container = await this.#calls.run('create', (abortSignal) =>
      this.#docker.createContainer({ ...spec, abortSignal }),
    )
    return container.id
  }

  async start(containerId: string): Promise<void> {
    try {
      await this.#calls.run('start', (abortSignal) =>
        this.#docker.getContainer(containerId).start({ abortSignal }),
      )
    } catch (error) {
      if (!isAnswered(error, ALREADY)) throw error
    }
  }

  async update(containerId: string, limits: Record<string, number>): Promise<void> {
    await this.#calls.run('update', (abortSignal) =>
      this.#docker.getContainer(containerId).update({ ...limits, abortSignal }),
    )
  }

  async freeze(containerId: string): Promise<void> {
    await this.#calls.run('freeze', (abortSignal) =>
      this.#docker.getContainer(containerId).pause({ abortSignal }),
    )
  }

  /** A container that runs counts as thawed. */
  async thaw(containerId: string): Promise<void> {
    try {
      await this.#calls.run('freeze', (abortSignal) =>
        this.#docker.getContainer(containerId).unpause({ abortSignal }),
      )
    } catch (error) {
      if (!isRunning(error)) throw error
    }
  }

  /** Kills and removes; a container that is gone or on its way out counts as removed. */
  async remove(containerId: string): Promise<void> {
    try {
      await this.#calls.run('remove', (abortSignal) =>
        this.#docker.getContainer(containerId).remove({ force: true, v: true, abortSignal }),
      )
    } catch (error) {
      if (!isAnswered(error, 404) && !isAnswered(error, 409)) throw error
    }
  }

  /** Waits at most `ms` for the container's end, and says how it was. */
  async ended(containerId: string, ms: number): Promise<EndedContainer> {
    const container = this.#docker.getContainer(containerId)
    try {
      await this.#calls.run('wait', (abortSignal) => container.wait({ abortSignal }), ms)
      const { State } = await this.#calls.run('inspect', (abortSignal) =>
        container.inspect({ abortSignal }),
      )
      return { exitCode: State.Running ? undefined : State.ExitCode, oomKilled: State.OOMKilled }
    } catch {
      // Unknown is an answer: the caller has waited long enough and removes the container anyway.
      return { exitCode: undefined, oomKilled: false }
    }
  }

  async inspect(containerId: string): Promise<Docker.ContainerInspectInfo> {
    return await this.#calls.run('inspect', (abortSignal) =>
      this.#docker.getContainer(containerId).inspect({ abortSignal }),
    )
  }

  /** All containers, ended ones too, that carry every one of the labels (`key=value`). */
  async list(labels: string[]): Promise<ListedContainer[]> {
    const containers = await this.#calls.run('list', (abortSignal) =>
      this.#docker.listContainers({ all: true, filters: { label: labels }, abortSignal }),
    )
    return containers.map((container) => ({
      containerId: container.Id,
      labels: container.Labels,
      running: container.State === 'running' || container.State === 'paused',
    }))
  }

  /** The image's id, or undefined where there is no image of that name. */
  async imageId(image: string): Promise<string | undefined> {
    try {
      const found = await this.#calls.run('inspect', () => this.#docker.getImage(image).inspect())
      return found.Id
    } catch (error) {
      if (isAnswered(error, 404)) return undefined
      throw error
    }
  }

  /** Mounts of the container that this process runs in; none where it runs on the host itself. */
  async ownMounts(): Promise<MountOfOwn[]> {
    for (const candidate of ownContainerIds()) {
      try {
        const { Mounts } = await this.inspect(candidate)
        return Mounts.map((mount) => ({ destination: mount.Destination, source: mount.Source }))
      } catch (error) {
        if (!isAnswered(error, 404)) throw error
      }
    }
    return []
  }

  /** What became of the calls so far, by their kind. */
  callTallies(): Record<string, EngineCallTally> {
    return this.#calls.tallies()
  }
}

/** Its status differs between engines. */
function isRunning(error: unknown): boolean {
  return error instanceof HearthError && / is not paused/.test(String(error.cause))
}

function connection(address: string | undefined): Docker.DockerOptions {
  if (!address) return { socketPath: DEFAULT_SOCKET }
  if (address.startsWith('unix://')) return { socketPath: address.slice('unix://'.length) }
  const url = new URL(address.replace(/^tcp:/, 'http:'))
  const protocol = url.protocol === 'https:' ? 'https' : 'http'
  return { protocol, host: url.hostname, port: Number(url.port || 2375) }
}

/** The client takes options here, which its types do not know. */
function pingOf(docker: Docker): (options: { abortSignal: AbortSignal }) => Promise<unknown> {
  return docker.ping.bind(docker) as never
}

/** The container's id stands in its mount table (names of its hosts file), and is its host name by default. */
function ownContainerIds(): string[] {
  let mounts = ''
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return [] // Not Linux: then this is no container either.
  }
  const id = /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)/.exec(mounts)?.[1]
  return id ? [id] : /^[0-9a-f]{12}$/.test(hostname()) ? [hostname()] : []
}
