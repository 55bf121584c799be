import { keys } from '../keys.ts'
import type { Redis } from '../redis/redis.ts'

/**
 * Tells who listens to a function's log that it has grown, in whatever process it was written. All
 * listeners of a process share one connection, which is there only while somebody listens. News may be
 * lost while Redis is away: whoever listens looks for itself now and then.
 */
export class LogNews {
  readonly #redis: Redis
  readonly #listeners = new Map<string, Set<() => void>>()
  #connection: Redis | undefined

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Calls `heard` after each addition, until what it gives back is called. */
  listen(functionName: string, heard: () => void): () => void {
    const channel = keys.logNews(functionName)
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(heard))
    this.#connection ??= this.#open()
    if (listeners.size === 1) this.#subscribe([channel])
    return () => {
      if (!listeners.delete(heard) || listeners.size > 0) return
      this.#listeners.delete(channel)
      if (this.#listeners.size === 0) this.close()
      else this.#connection?.unsubscribe(channel).catch(() => undefined) // Its news is ignored.
    }
  }

  close(): void {
    this.#connection?.disconnect()
    this.#connection = undefined
  }

  #open(): Redis {
    const connection = this.#redis.duplicate({ autoResubscribe: false })
    // It reconnects by itself; without a listener the process would end.
    connection.on('error', () => undefined)
    connection.on('ready', () => {
      this.#subscribe([...this.#listeners.keys()])
      for (const channel of this.#listeners.keys()) this.#tell(channel)
    })
    connection.on('message', (channel) => this.#tell(channel))
    return connection
  }

  #subscribe(channels: string[]): void {
    if (this.#connection?.status !== 'ready' || channels.length === 0) return
    // A connection that breaks now subscribes when it is ready again.
    this.#connection.subscribe(...channels).catch(() => undefined)
  }

  #tell(channel: string): void {
    for (const heard of this.#listeners.get(channel) ?? []) heard()
  }
}
