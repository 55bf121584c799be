import type { Readable } from 'node:stream'
import type { EngineCallTally, FreezingWay } from '../../core/links/invoke-link.ts'
import type { SandboxDirectory } from './sandbox-directory.ts'

/** What a driver is asked to start. */
export interface LaunchOrder {
  id: string
  directory: SandboxDirectory
  /** Of its own among the living sandboxes of this node; user and group id alike. */
  uid: number
  memoryMb: number
  /** V8's heap limit: fixed at boot. */
  heapMb: number
  /** Read by Node at boot, so they cannot wait for `init`: NODE_OPTIONS and its kind. */
  bootEnvironment: Record<string, string>
  /** For one function from the beginning, not generic. */
  isOwn: boolean
  /** Kept ready for its function, called or not. */
  isProvisioned?: boolean
  /** Where this sandbox belongs; what a later start finds its leftovers by. */
  node: string
  boot: string
}

/** What it wrote to its standard streams; they end when its last process has ended. */
export interface Launched {
  stdout: Readable
  stderr: Readable
}

export interface ListedSandbox {
  /** The driver's own name for it: `remove` takes it as well as a sandbox's id. */
  handle: string
  id: string
  boot: string
  running: boolean
}

/** How a sandbox's process ended; nothing is known where it was removed, or still runs. */
export interface SandboxEnd {
  exitCode?: number
  /** Go's word for the signal, as Lambda prints it: `killed`, `segmentation fault`. */
  signal?: string
  oomKilled: boolean
}

/** What the pool needs from whatever sandboxes are. Every call ends by itself, with or without success. */
export interface Driver {
  readonly kind: 'docker' | 'process'
  /** Of all sandboxes; undefined where they run on the host itself. */
  readonly imageId: string | undefined
  /** Resolves when it has started; that it is usable is said by its hello over the socket. */
  launch(order: LaunchOrder): Promise<Launched>
  /** Raises memory (and the CPU share that goes with it). */
  update(id: string, memoryMb: number): Promise<void>
  /** How it freezes; on some ways it is decided when the first one has started. */
  readonly freezing: FreezingWay
  /** Resolves when no process of it runs, or it was thawed meanwhile. Rejects where some still may. */
  freeze(id: string): Promise<void>
  /** Takes a handle as well. Of what is not frozen it is no error, and of what is being frozen it wins. */
  thaw(handle: string): Promise<void>
  /** Kills every process of it, frozen or not, and leaves nothing; removing what is gone is no error. */
  remove(handle: string): Promise<void>
  list(node: string): Promise<ListedSandbox[]>
  /** Ids of containers, the last ones only, that it has removed and that are really gone by the engine. */
  removedContainers(): Promise<ReadonlySet<string>>
  /** What became of its calls to an engine, by their kind. */
  callTallies(): Record<string, EngineCallTally>
  /** Waits at most `ms` for the end of its process. */
  howEnded(id: string, ms: number): Promise<SandboxEnd>
  /** Rejects with EngineUnavailable. */
  ping(): Promise<void>
  /** What it is, in words, as it answers now. Rejects with EngineUnavailable. */
  describe(): Promise<string>
}

const SIGNALS: Record<number, string> = {
  1: 'hangup',
  2: 'interrupt',
  3: 'quit',
  4: 'illegal instruction',
  5: 'trace/breakpoint trap',
  6: 'aborted',
  7: 'bus error',
  8: 'floating point exception',
  9: 'killed',
  11: 'segmentation fault',
  13: 'broken pipe',
  14: 'alarm clock',
  15: 'terminated',
  31: 'bad system call',
}

export function signalName(signal: number): string {
  return SIGNALS[signal] ?? `signal ${signal}`
}
