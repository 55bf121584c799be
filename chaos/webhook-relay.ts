import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What the relay does to the S3 server's webhooks. away: connections are ended. error: answered 503.
 * hang: not answered. forget: passed on, but the answer is lost, so that they come again.
 * swallow: answered 2xx, and passed to nobody. repeat: passed on twice. reorder: held until some are together, and passed on last first.
 */
export type RelayMode = 'away' | 'error' | 'hang' | 'forget' | 'swallow' | 'repeat' | 'reorder'

interface Webhook {
  body: Buffer
  authorization: string
}

const KEPT_MAX = 200
const HELD_MS = 700
const FORWARD_MS = 10_000

/** Stands between the S3 server and the gateway's webhook. */
export class WebhookRelay {
  readonly #target: string
  readonly #server = createServer((request, response) => void this.#take(request, response))
  readonly #recent: Webhook[] = []
  #held: (() => void)[] = []
  #modes: RelayMode[] = []

  /** `target` is the gateway's URL. */
  static async listen(target: string): Promise<WebhookRelay> {
    const relay = new WebhookRelay(target)
    relay.#server.listen(0, '127.0.0.1')
    await once(relay.#server, 'listening')
    return relay
  }

  private constructor(target: string) {
    this.#target = target
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`
  }

  impose(mode: RelayMode): () => void {
    this.#modes.push(mode)
    return () => {
      this.#modes.splice(this.#modes.indexOf(mode), 1)
      // What hung is let go: the S3 server sends it again.
      if (mode === 'hang') this.#server.closeAllConnections()
    }
  }

  /** Sends up to `count` webhooks of before once more, the newest first. */
  async replay(count: number): Promise<void> {
    for (const webhook of this.#recent.slice(-count).reverse()) {
      // A repeat that another fault cuts off has repeated nothing.
      await this.#forward(webhook).catch(() => undefined)
    }
  }

  /** Sends bodies of the suite's own, as the S3 server would; resolves with the answer's status. */
  async send(body: Buffer): Promise<number> {
    const authorization = this.#recent.at(-1)?.authorization
    if (authorization === undefined) throw new Error('No webhook has come yet')
    return await this.#forward({ body, authorization })
  }

  get hasSeenAny(): boolean {
    return this.#recent.length > 0
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return // It has hung up.
    }
    const authorization = request.headers.authorization ?? ''
    const webhook = { body: Buffer.concat(chunks), authorization }
    const mode = this.#modes.at(-1)
    // The S3 server looks with a body of nothing whether somebody listens.
    if (webhook.body.length > 2) {
      this.#recent.push(webhook)
      if (this.#recent.length > KEPT_MAX) this.#recent.shift()
    }
    if (mode === 'hang') return
    if (mode === 'away') return void request.socket.resetAndDestroy()
    if (mode === 'swallow') return void response.writeHead(204).end()
    if (mode === 'error') return void response.writeHead(503).end()
    if (mode === 'reorder') await this.#hold()
    try {
      const status = await this.#forward(webhook)
      if (mode === 'repeat') await this.#forward(webhook)
      if (mode === 'forget') return void request.socket.resetAndDestroy()
      response.writeHead(status).end()
    } catch {
      request.socket.resetAndDestroy()
    }
  }

  async #hold(): Promise<void> {
    const turn = Promise.withResolvers<void>()
    this.#held.push(turn.resolve)
    if (this.#held.length === 1) {
      await sleep(HELD_MS)
      const held = this.#held.reverse()
      this.#held = []
      for (const go of held) {
        go()
        await sleep(5)
      }
    }
    await turn.promise
  }

  async #forward({ body, authorization }: Webhook): Promise<number> {
    const response = await fetch(`${this.#target}/storage/events`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { authorization, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(FORWARD_MS),
    })
    await response.body?.cancel()
    return response.status
  }
}
