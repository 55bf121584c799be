import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { join, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { HearthError } from '../../core/errors.ts'
import type { EngineCallTally, FreezingWay } from '../../core/links/invoke-link.ts'
import type { Engine } from '../engine.ts'
import type { FreezerMount } from './cgroup-freezer.ts'
import { ContainerFreezer, mountsHere } from './container-freezer.ts'
import { containerSpec, LABELS, memoryAndCpu } from './container-spec.ts'
import {
  type Driver,
  type Launched,
  type LaunchOrder,
  type ListedSandbox,
  type SandboxEnd,
  signalName,
} from './driver.ts'
import { makeOutputPipes } from './sandbox-directory.ts'

/** Remembered, so that what is left of them can be told from what others own. */
const REMOVED_MAX = 10_000
const CONTAINER_ID = /^[0-9a-f]{64}$/

export interface DockerDriverOptions {
  engine: Engine
  image: string
  /** An OCI runtime of the engine; undefined for its default one. */
  runtime?: string | undefined
  /** The pool's `directory`, as this process knows it. */
  directory: string
  /** Where sandboxes' control groups may be reached; those of this host where it is not given. */
  freezerMounts?: readonly FreezerMount[]
}

/** Sandboxes are containers of the engine. */
export class DockerDriver implements Driver {
  readonly kind = 'docker'
  readonly imageId: string
  readonly #engine: Engine
  readonly #image: string
  readonly #runtime: string | undefined
  readonly #directory: string
  readonly #hostDirectory: string
  readonly #freezer: ContainerFreezer
  readonly #containers = new Map<string, string>()
  readonly #removed = new Set<string>()

  private constructor(
    options: DockerDriverOptions,
    found: { imageId: string; hostDirectory: string },
  ) {
    this.imageId = found.imageId
    this.#engine = options.engine
    this.#image = options.image
    this.#runtime = options.runtime
    this.#directory = options.directory
    this.#hostDirectory = found.hostDirectory
    const { engine, runtime, freezerMounts = mountsHere() } = options
    // What another runtime has in a container's control group is its own affair: it is asked, by the engine.
    this.#freezer = new ContainerFreezer({ engine, mounts: runtime ? [] : freezerMounts })
  }

  /**
   * Looks whether the engine has what sandboxes need, and finds the directory's path on the
   * engine's host where this process runs in a container itself. Throws EngineUnavailable, and
   * SandboxFailed that says what is missing.
   */
  static async open(options: DockerDriverOptions): Promise<DockerDriver> {
    const { engine, image, runtime } = options
    const [runtimes, imageId, hostDirectory] = await Promise.all([
      engine.runtimes(),
      engine.imageId(image),
      hostPath(engine, options.directory),
    ])
    if (!imageId) {
      throw new HearthError('SandboxFailed', { reason: `the engine has no image "${image}"` })
    }
    if (runtime && !runtimes.includes(runtime)) {
      const reason = `the engine has no runtime "${runtime}", only ${runtimes.join(', ')}`
      throw new HearthError('SandboxFailed', { reason })
    }
    return new DockerDriver(options, { imageId, hostDirectory })
  }

  async launch(order: LaunchOrder): Promise<Launched> {
    await makeOutputPipes(order.directory)
    const hostDirectory = join(this.#hostDirectory, relative(this.#directory, order.directory.path))
    const host = { image: this.#image, runtime: this.#runtime, hostDirectory }
    // Before the container starts: whoever opens a pipe to write waits for its reader.
    const launched = {
      stdout: openPipe(order.directory.stdout),
      stderr: openPipe(order.directory.stderr),
    }
    try {
      const containerId = await this.#engine.create(containerSpec(order, host))
      this.#containers.set(order.id, containerId)
      await this.#engine.start(containerId)
      await this.#freezer.learn(containerId)
      return launched
    } catch (error) {
      launched.stdout.destroy()
      launched.stderr.destroy()
      throw error
    }
  }

  async update(id: string, memoryMb: number): Promise<void> {
    await this.#engine.update(this.#containerOf(id), memoryAndCpu(memoryMb))
  }

  get freezing(): FreezingWay {
    return this.#freezer.way
  }

  async freeze(id: string): Promise<void> {
    await this.#freezer.freeze(this.#containerOf(id))
  }

  async thaw(handle: string): Promise<void> {
    await this.#freezer.thaw(this.#containers.get(handle) ?? handle)
  }

  async remove(handle: string): Promise<void> {
    const containerId = this.#containers.get(handle) ?? handle
    // A sandbox that never came to be a container has nothing to remove.
    if (!CONTAINER_ID.test(containerId)) return
    await this.#freezer.release(containerId)
    await this.#engine.remove(containerId)
    this.#containers.delete(handle)
    this.#removed.add(containerId)
    const [oldest] = this.#removed
    if (this.#removed.size > REMOVED_MAX && oldest !== undefined) this.#removed.delete(oldest)
  }

  async removedContainers(): Promise<ReadonlySet<string>> {
    const gone = new Set(this.#removed)
    if (gone.size === 0) return gone
    for (const { containerId } of await this.#engine.list([LABELS.node])) gone.delete(containerId)
    return gone
  }

  callTallies(): Record<string, EngineCallTally> {
    return this.#engine.callTallies()
  }

  async list(node: string): Promise<ListedSandbox[]> {
    const containers = await this.#engine.list([`${LABELS.node}=${node}`])
    return containers.map(({ containerId, labels, running }) => ({
      handle: containerId,
      id: labels[LABELS.sandbox] ?? '',
      boot: labels[LABELS.boot] ?? '',
      running,
    }))
  }

  async howEnded(id: string, ms: number): Promise<SandboxEnd> {
    const containerId = this.#containers.get(id)
    if (!containerId) return { oomKilled: false }
    const { exitCode, oomKilled } = await this.#engine.ended(containerId, ms)
    if (exitCode === undefined) return { oomKilled }
    // Process 1 passes a signal on as 128 + its number, as shells do.
    const signal = exitCode > 128 && exitCode < 128 + 65 ? signalName(exitCode - 128) : undefined
    return signal ? { exitCode, signal, oomKilled } : { exitCode, oomKilled }
  }

  async ping(): Promise<void> {
    await this.#engine.ping()
  }

  async describe(): Promise<string> {
    const { engine, api } = await this.#engine.version()
    return `${engine} answers, with version ${api} of its API`
  }

  #containerOf(id: string): string {
    const containerId = this.#containers.get(id)
    if (!containerId) throw new HearthError('SandboxFailed', { reason: 'its container is gone' })
    return containerId
  }
}

/** Read without waiting for a writer; it ends when the last writer has closed it. */
function openPipe(path: string): Readable {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return new Socket({ fd, readable: true, writable: false })
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** The directory's path on the engine's host: another one where it lies in a volume of our container. */
async function hostPath(engine: Engine, directory: string): Promise<string> {
  const mounts = await engine.ownMounts()
  const within = mounts
    .filter(({ destination }) => !relative(destination, directory).startsWith('..'))
    .sort((a, b) => b.destination.length - a.destination.length)[0]
  if (within) return join(within.source, relative(within.destination, directory))
  if (mounts.length > 0) {
    const reason = `"${directory}" lies in no volume, so that no sandbox could see it; mount one there`
    throw new HearthError('SandboxFailed', { reason })
  }
  return directory
}
