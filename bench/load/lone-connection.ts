import { performance } from 'node:perf_hooks'
import { Connection } from './connection.ts'

/**
 * For one request after the other, each of which is to be answered with a 2xx. Calls that come after a
 * pause are timed by it: Node's own client, which has rested as well, adds 1 to 2 ms.
 */
export class LoneConnection {
  #connection: Connection | undefined
  #failed = (_error: Error) => {}

  private constructor() {}

  static async open(url: URL): Promise<LoneConnection> {
    const lone = new LoneConnection()
    lone.#connection = await Connection.open(url, (error) => lone.#failed(error))
    return lone
  }

  /** Milliseconds from the first byte of the request to the last one of its answer, and that. */
  ask(request: string): Promise<{ took: number; response: string }> {
    return new Promise((resolve, reject) => {
      this.#failed = reject
      const startedAt = performance.now()
      this.#connection?.send(request, (status, response) => {
        const took = performance.now() - startedAt
        if (status >= 200 && status < 300) resolve({ took, response })
        else reject(new Error(`A call was answered with ${response}`))
      })
    })
  }

  close(): void {
    this.#connection?.close()
  }
}
