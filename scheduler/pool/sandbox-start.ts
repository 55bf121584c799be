import type { Fresh } from './call.ts'
import type { LaunchOrder } from './driver.ts'
import { InitFailure } from './init-failure.ts'
import { SandboxClock } from './sandbox-clock.ts'
import type { Standstill } from './standstill.ts'

/** How a sandbox becomes its function's: timed, and promised to whoever waits for it. */
export class SandboxStart {
  readonly #order: Pick<LaunchOrder, 'isOwn' | 'isProvisioned'>
  readonly #launchedAt = performance.now()
  readonly #ready = Promise.withResolvers<void>()
  readonly #clock: SandboxClock
  #specialisedAt = 0
  #others = 0
  #msMax = 0
  #fresh: Fresh | undefined

  /** `late` is called where its init is not over in time. */
  constructor(
    order: Pick<LaunchOrder, 'isOwn' | 'isProvisioned'>,
    standstill: Standstill,
    late: (msMax: number) => void,
  ) {
    this.#order = order
    this.#clock = new SandboxClock(standstill, () => late(this.#msMax))
    this.#ready.promise.catch(() => undefined) // Whoever specialises it hears; nobody has to.
  }

  /** Resolves when its init is over; rejects with what `fail` was given. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Since it became its function's. */
  get ageMs(): number {
    return performance.now() - this.#specialisedAt
  }

  /** `others` of its version there are already. */
  begin(msMax: number, others: number): void {
    this.#specialisedAt = performance.now()
    this.#others = others
    this.#msMax = msMax
    this.#clock.start(msMax)
  }

  succeed(took: { codeMs: number; initMs: number }): void {
    this.#clock.stop()
    const at = { launchedAt: this.#launchedAt, specialisedAt: this.#specialisedAt }
    const { isOwn: own, isProvisioned } = this.#order
    // Nobody has waited for one that was provisioned.
    if (!isProvisioned) this.#fresh = { ...at, ...took, own, others: this.#others }
    this.#ready.resolve()
  }

  fail(error: Error): void {
    this.#clock.stop()
    this.#ready.reject(error)
  }

  /** The function could not be loaded. */
  failInit(of: Omit<ConstructorParameters<typeof InitFailure>[0], 'initMs' | 'launchedAt'>): void {
    this.fail(new InitFailure({ ...of, initMs: this.ageMs, launchedAt: this.#launchedAt }))
  }

  /** It may take as long as it takes: how it ended is being found out. */
  stopClock(): void {
    this.#clock.stop()
  }

  /** What its first invocation tells of its start; undefined for all others. */
  takeFresh(): Fresh | undefined {
    const fresh = this.#fresh
    this.#fresh = undefined
    return fresh
  }
}
