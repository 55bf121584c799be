import { request } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export const LOCAL_ENGINE = 'unix:///var/run/docker.sock'

/** Thrown when the engine cannot be reached, refuses, or does not answer in time. */
export class EngineApiError extends Error {
  override readonly name = 'EngineApiError'
}

/**
 * The few verbs about images that the set-up needs, straight on the engine's HTTP API: neither a
 * docker client nor its build plugin has to be installed, so the compose file's one-shot service
 * can do the same over a mounted socket.
 */
export class EngineApi {
  readonly #address: URL

  /** `address` as DOCKER_HOST has it: `unix:///path`, `tcp://host:port` or `http://host:port`. */
  constructor(address: string) {
    this.#address = new URL(address.replace(/^tcp:/, 'http:'))
  }

  /** The engine's version; rejects when none answers. */
  async version(): Promise<string> {
    const answer = await this.#call({ path: '/version', deadlineMs: 3000 })
    return (JSON.parse(answer) as { Version: string }).Version
  }

  /** The id of a local image, or undefined. */
  async imageId(image: string): Promise<string | undefined> {
    try {
      const path = `/images/${encodeURI(image)}/json`
      return (JSON.parse(await this.#call({ path, deadlineMs: 10_000 })) as { Id: string }).Id
    } catch (error) {
      if (error instanceof EngineApiError && error.message.startsWith('404')) return undefined
      throw error
    }
  }

  async pull(image: string, deadlineMs: number): Promise<void> {
    const path = `/images/create?${new URLSearchParams({ fromImage: image })}`
    await this.#callForEvents({ method: 'POST', path, deadlineMs })
  }

  /** Makes an image of one layer from a tar stream of its files. */
  async importImage(image: string, files: Readable): Promise<void> {
    const path = `/images/create?${new URLSearchParams({ fromSrc: '-', repo: image })}`
    await this.#callForEvents({ method: 'POST', path, body: files, deadlineMs: 300_000 })
  }

  /** Builds the Dockerfile in a tar stream. `network` is `none` for builds that work offline. */
  async build(context: Readable, options: BuildOptions): Promise<void> {
    const query = new URLSearchParams({ networkmode: options.network, rm: '1', forcerm: '1' })
    for (const tag of options.tags) query.append('t', tag)
    query.set('buildargs', JSON.stringify(options.arguments))
    await this.#callForEvents({
      method: 'POST',
      path: `/build?${query}`,
      body: context,
      deadlineMs: options.deadlineMs,
    })
  }

  async tag(image: string, repository: string, tag: string): Promise<void> {
    const path = `/images/${encodeURI(image)}/tag?${new URLSearchParams({ repo: repository, tag })}`
    await this.#call({ method: 'POST', path, deadlineMs: 10_000 })
  }

  /** Reads one file out of an image as a tar stream, by way of a container that never runs. */
  async readFile(image: string, file: string, target: NodeJS.WritableStream): Promise<void> {
    const created = await this.#call({
      method: 'POST',
      path: '/containers/create',
      json: { Image: image, Cmd: ['none'] },
      deadlineMs: 10_000,
    })
    const { Id: id } = JSON.parse(created) as { Id: string }
    try {
      const path = `/containers/${id}/archive?${new URLSearchParams({ path: file })}`
      await this.#call({ path, deadlineMs: 60_000, target })
    } finally {
      await this.#call({ method: 'DELETE', path: `/containers/${id}?v=1`, deadlineMs: 10_000 })
    }
  }

  /** Long calls answer 200 at once and report each step, and their failure, as a line of JSON. */
  async #callForEvents(call: Call): Promise<void> {
    const events = (await this.#call(call)).split('\n').filter(Boolean)
    for (const event of events) {
      const { error } = JSON.parse(event) as { error?: string }
      if (error) throw new EngineApiError(error)
    }
  }

  #call(call: Call): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) => reject(new EngineApiError(cause.message, { cause }))
      const outgoing = request(
        {
          ...this.#target(),
          method: call.method ?? 'GET',
          path: call.path,
          headers:
            call.json || call.body
              ? { 'content-type': call.json ? 'application/json' : 'application/x-tar' }
              : {},
          signal: AbortSignal.timeout(call.deadlineMs),
        },
        (answer) => {
          const ok = answer.statusCode !== undefined && answer.statusCode < 300
          if (ok && call.target) {
            pipeline(answer, call.target).then(() => resolve(''), fail)
            return
          }
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (chunk: string) => {
            text += chunk
          })
          answer.on('error', fail)
          answer.on('end', () =>
            ok ? resolve(text) : fail(new Error(`${answer.statusCode} ${messageOf(text)}`)),
          )
        },
      )
      outgoing.on('error', fail)
      if (call.body) pipeline(call.body, outgoing).catch(fail)
      else outgoing.end(call.json ? JSON.stringify(call.json) : undefined)
    })
  }

  #target(): { socketPath: string } | { host: string; port: string } {
    if (this.#address.protocol === 'unix:') return { socketPath: this.#address.pathname }
    return { host: this.#address.hostname, port: this.#address.port || '2375' }
  }
}

/** Errors come as `{"message": …}`, where the engine itself speaks. */
function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body.trim()
  } catch {
    return body.trim()
  }
}

interface BuildOptions {
  tags: string[]
  arguments: Record<string, string>
  network: 'none' | 'host'
  deadlineMs: number
}

interface Call {
  method?: 'GET' | 'POST' | 'DELETE'
  path: string
  json?: unknown
  body?: Readable
  /** Where the body of a good answer goes; without it, it is returned. */
  target?: NodeJS.WritableStream
  deadlineMs: number
}
