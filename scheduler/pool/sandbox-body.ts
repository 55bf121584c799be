import { HearthError } from '../../core/errors.ts'
import type { Frame } from '../../core/frame.ts'
import type { Egress } from '../../core/functions/function.ts'
import type { AnswerSource } from '../../core/links/answer-stream.ts'
import type { FromSandbox, InitMessage, ToSandbox } from '../../core/protocol.ts'
import type { CompiledCode } from './compiled-code.ts'
import type { Driver, LaunchOrder, SandboxEnd } from './driver.ts'
import { Output } from './output.ts'
import type { Removal } from './removals.ts'
import {
  makeSandboxDirectory,
  type SandboxDirectory,
  writeNamedHosts,
} from './sandbox-directory.ts'
import { SandboxLink, type StreamRequest } from './sandbox-link.ts'

const HELLO_MS_MAX = 20_000
/** How long the driver may take to tell how a sandbox ended that has hung up. */
const END_MS_MAX = 2000
const LAST_OUTPUT_MS_MAX = 250

/** Puts a function's code, its layers and what was compiled of them into the directory of this user's sandbox. */
export type Place = (
  directory: Pick<SandboxDirectory, 'task' | 'opt' | 'compiled'>,
  uid: number,
) => Promise<CompiledCode>

export interface BodyListener {
  message(frame: Frame<FromSandbox>): void
  open(request: StreamRequest): void
  /** It has hung up, or sent what is no message (then with the cause). */
  closed(violation?: Error): void
  line(text: string): void
}

/** What there is of a sandbox: its directory, its container, the link to it and what it prints. */
export class SandboxBody implements AnswerSource {
  readonly #order: LaunchOrder
  readonly #listener: BodyListener
  #hasHungUp = false
  /** What it took to put the code in place, in milliseconds. */
  codeMs = 0
  readonly #hello = Promise.withResolvers<void>()
  #launch: Promise<unknown> = Promise.resolve()
  #link: SandboxLink | undefined
  #output: Output | undefined
  #compiled: CompiledCode = {}

  constructor(order: LaunchOrder, listener: BodyListener) {
    this.#order = order
    this.#listener = listener
    this.#hello.promise.catch(() => undefined) // Nobody has to wait for it any more.
  }

  /** Undefined until it has started. */
  get output(): Output | undefined {
    return this.#output
  }

  /** What is left to remove of it. Only when the driver has done what it was asked for can that be done. */
  get remains(): Pick<Removal, 'handle' | 'directory' | 'after' | 'removed'> {
    const { id, directory } = this.#order
    const removed = () => this.#output?.close()
    return { handle: id, directory: directory.path, after: this.#launch, removed }
  }

  /** What its `init` says of compiled code. */
  get compiled(): Pick<InitMessage, 'compiled'> {
    const { how } = this.#compiled
    return how ? { compiled: how } : {}
  }

  /** False when it has hung up: nothing can be sent any more. */
  get isOpen(): boolean {
    return this.#link?.isOpen === true
  }

  /**
   * Resolves when it has said hello. `place` puts in place what its boot needs already. Rejects
   * with EngineUnavailable or SandboxFailed.
   */
  async boot(driver: Driver, place?: Place): Promise<void> {
    const { directory } = this.#order
    const late = setTimeout(() => this.#hello.reject(noHello()), HELLO_MS_MAX)
    try {
      makeSandboxDirectory(directory)
      await this.#place(place)
      this.#link = await SandboxLink.listen(directory.socket, {
        ...this.#listener,
        message: (frame) => this.#message(frame),
        hello: () => this.#hello.resolve(),
      })
      if (this.#hasHungUp) {
        // It was to go before it has started: launched now, it would stay behind.
        this.#link.close()
        throw wasRemoved()
      }
      const launch = driver.launch(this.#order)
      this.#launch = launch
      this.#output = new Output(await launch, this.#listener)
      await this.#hello.promise
    } finally {
      clearTimeout(late)
    }
  }

  /** Puts in place what makes it a function's: the names of the hosts that it may reach, and the code. */
  async furnish(egress: Egress, place?: Place): Promise<void> {
    const { directory } = this.#order
    writeNamedHosts(directory, egress)
    await this.#place(place)
  }

  send(message: ToSandbox, body?: Buffer): void {
    this.#link?.send(message, body)
  }

  gather(invocations: number): void {
    this.#link?.gather(invocations)
  }

  pause(): void {
    this.#link?.pause()
  }

  resume(): void {
    this.#link?.resume()
  }

  /** How it ended that has hung up, and the last that it printed; of one that broke the protocol nothing is awaited. */
  async ended(driver: Driver, violation?: Error): Promise<{ end: SandboxEnd; tail: string }> {
    const end = violation ? { oomKilled: false } : await driver.howEnded(this.#order.id, END_MS_MAX)
    await this.#output?.end(violation ? 0 : LAST_OUTPUT_MS_MAX)
    return { end, tail: this.#output?.tail ?? '' }
  }

  /** Ends the link, and with it what waits for its hello. What it prints is still read. */
  hangUp(): void {
    this.#hasHungUp = true
    this.#hello.reject(wasRemoved())
    this.#link?.close()
  }

  async #place(place: Place | undefined): Promise<void> {
    const { directory, uid } = this.#order
    const since = performance.now()
    if (place) this.#compiled = await place(directory, uid)
    this.codeMs += performance.now() - since
  }

  /** Throws ProtocolError. */
  #message(frame: Frame<FromSandbox>): void {
    const { recording } = this.#compiled
    if (recording && frame.head.type === 'compiled') recording.take(frame.head, frame.body)
    else this.#listener.message(frame)
  }
}

function wasRemoved(): HearthError {
  return new HearthError('SandboxFailed', { reason: 'it was removed' })
}

function noHello(): HearthError {
  const seconds = HELLO_MS_MAX / 1000
  const reason = `it did not connect within ${seconds} s; the containers of this engine may not see this host's sockets`
  return new HearthError('SandboxFailed', { reason })
}
