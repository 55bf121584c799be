import { randomBytes } from 'node:crypto'
import type { SchedulerHealth } from '../../core/links/invoke-link.ts'
import type { RunnableFunction } from './call.ts'
import { bootVariables } from './lane.ts'
import { GENERIC_MEMORY_MB } from './placement.ts'
import { Sandbox } from './sandbox.ts'
import type { Place } from './sandbox-body.ts'
import { sandboxDirectory } from './sandbox-directory.ts'
import type { SandboxListener } from './sandbox-listener.ts'
import type { SandboxParts } from './sandbox-parts.ts'
import { Standstill } from './standstill.ts'

/** Users of sandboxes, none of them known to the host: one each among the living. */
const UID_FIRST = 20_000
const UIDS = 4096
/** Serves functions up to 1,280 MB; a smaller container's own limit comes first. */
const GENERIC_HEAP_MB = 1024
/** Of a larger function's memory, what V8's heap may have; the rest is for buffers and threads. */
const HEAP_SHARE = 0.8

/** Nobody has waited for it then. */
const REHEARSE_AFTER_MS = 20

export interface FleetOptions {
  directory: string
  node: string
  boot: string
  parts: Omit<SandboxParts, 'standstill'>
  listener: SandboxListener<Sandbox>
}

/** Every sandbox of this node that is not gone: the table that the engine's listing is compared with. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #sandboxes = new Map<string, Sandbox>()
  /** First in, first out: the oldest has rehearsed, and its start is over for the host as well. */
  readonly #generics: Sandbox[] = []
  #booting = 0
  #launching = 0
  readonly #standstill = new Standstill()
  #uid = 0

  constructor(options: FleetOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#sandboxes.size
  }

  get generics(): number {
    return this.#generics.length
  }

  /** Generic ones that boot. */
  get booting(): number {
    return this.#booting
  }

  /** Containers that start, generic or not. */
  get launching(): number {
    return this.#launching
  }

  get memoryMb(): number {
    let sum = 0
    for (const sandbox of this.#sandboxes.values()) sum += sandbox.memoryMb
    return sum
  }

  all(): Iterable<Sandbox> {
    return this.#sandboxes.values()
  }

  get(id: string): Sandbox | undefined {
    return this.#sandboxes.get(id)
  }

  takeGeneric(): Sandbox | undefined {
    return this.#generics.shift()
  }

  /** Resolves when it is ready to be taken. Rejects with EngineUnavailable or SandboxFailed. */
  async bootGeneric(): Promise<void> {
    this.#booting += 1
    const sandbox = this.#make({ memoryMb: GENERIC_MEMORY_MB, heapMb: GENERIC_HEAP_MB })
    try {
      await this.#launch(sandbox)
      this.#generics.push(sandbox)
      setTimeout(() => sandbox.rehearse(), REHEARSE_AFTER_MS).unref()
    } finally {
      this.#booting -= 1
    }
  }

  /** One that is a function's from the beginning: its memory, and what Node reads at boot. */
  own(
    fn: RunnableFunction,
    place: Place,
    isProvisioned = false,
  ): { sandbox: Sandbox; booted: Promise<void> } {
    const { memoryMb } = fn.definition
    const heapMb = Math.max(GENERIC_HEAP_MB, Math.floor(memoryMb * HEAP_SHARE))
    const sandbox = this.#make({
      memoryMb,
      heapMb,
      bootEnvironment: bootVariables(fn),
      isProvisioned,
    })
    return { sandbox, booted: this.#launch(sandbox, place) }
  }

  stats(): SchedulerHealth['sandboxes'] {
    const counts = {
      generic: this.generics,
      idle: 0,
      frozen: 0,
      busy: 0,
      starting: this.#launching,
    }
    for (const { state } of this.#sandboxes.values()) {
      if (state === 'idle') counts.idle += 1
      else if (state === 'paused') counts.frozen += 1
      else if (state === 'busy') counts.busy += 1
      else if (state === 'initialising') counts.starting += 1
    }
    return counts
  }

  /** Takes a sandbox that is gone out of the table. */
  drop(sandbox: Sandbox): void {
    this.#sandboxes.delete(sandbox.id)
    const at = this.#generics.indexOf(sandbox)
    if (at >= 0) this.#generics.splice(at, 1)
  }

  async #launch(sandbox: Sandbox, place?: Place): Promise<void> {
    this.#launching += 1
    try {
      await sandbox.boot(place)
    } finally {
      this.#launching -= 1
    }
  }

  #make(of: {
    memoryMb: number
    heapMb: number
    bootEnvironment?: Record<string, string>
    isProvisioned?: boolean
  }): Sandbox {
    const { directory, node, boot, parts, listener } = this.#options
    const id = randomBytes(6).toString('hex')
    const order = {
      bootEnvironment: {},
      ...of,
      id,
      directory: sandboxDirectory(directory, id),
      uid: this.#freeUid(),
      isOwn: of.bootEnvironment !== undefined,
      node,
      boot,
    }
    const sandbox = new Sandbox(order, { ...parts, standstill: this.#standstill }, listener)
    this.#sandboxes.set(id, sandbox)
    return sandbox
  }

  #freeUid(): number {
    const taken = new Set(Array.from(this.#sandboxes.values(), (sandbox) => sandbox.uid))
    do this.#uid = (this.#uid + 1) % UIDS
    while (taken.has(UID_FIRST + this.#uid))
    return UID_FIRST + this.#uid
  }
}
