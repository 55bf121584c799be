import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { encodeFrame, type Frame, FrameReader } from '../../core/frame.ts'
import type { FromSandbox, InitMessage, OpenMessage } from '../../core/protocol.ts'
import { bundleRuntime } from '../../runtime-image/build.ts'

const MESSAGE_DEADLINE_MS = 10_000
const LAST_FRAMES_MS = 100
const FAR_AHEAD_MS = 3_000

let bundle: Promise<string> | undefined

/** The bundled runtime, built once a test file. */
export function bundledRuntime(): Promise<string> {
  bundle ??= (async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hearth-runtime-'))
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
    await bundleRuntime(directory)
    return directory
  })()
  return bundle
}

export type Teardown = { teardown(done: () => unknown): void }

export interface Answer {
  head: FromSandbox
  /** The parsed result, where there is one. */
  value: unknown
}

export type OnOpen = (open: OpenMessage, socket: Socket, rest: Buffer) => void

/** The pool's side of one sandbox, played by the test: a real socket, a real child process. */
export class PlayedPool {
  readonly directory: string
  readonly #server: Server
  #child: ChildProcess | undefined
  #control: Socket | undefined
  #received: Frame<FromSandbox>[] = []
  #wake = () => {}
  #ended = false
  #output = { stdout: '', stderr: '' }
  #exit: Promise<[number | null, NodeJS.Signals | null]> | undefined
  onOpen: OnOpen = (_open, socket) => socket.end(encodeFrame({ type: 'refused' }))
  /** How many egress connections there have been. */
  opened: OpenMessage[] = []

  private constructor(directory: string) {
    this.directory = directory
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
  }

  /** Lays out a sandbox directory with these files under `task` and listens on its socket. */
  static async make(files: Record<string, string | Buffer>): Promise<PlayedPool> {
    const pool = new PlayedPool(await mkdtemp(join(tmpdir(), 'hearth-sbx-')))
    for (const folder of ['task', 'opt', 'run']) await mkdir(join(pool.directory, folder))
    for (const [name, content] of Object.entries(files)) {
      const path = join(pool.directory, name.startsWith('opt/') ? name : `task/${name}`)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    }
    pool.#server.listen(join(pool.directory, 'run/hearth.sock'))
    await once(pool.#server, 'listening')
    return pool
  }

  /** A booted sandbox, still nobody's, that goes away with the test. */
  static async booted(test: Teardown, files: Record<string, string>): Promise<PlayedPool> {
    const pool = await PlayedPool.make(files)
    test.teardown(() => pool.close())
    await pool.boot(['--max-old-space-size=1024'])
    return pool
  }

  /** A sandbox that has become the function whose `index.mjs` is `source`. */
  static async ready(test: Teardown, source: string): Promise<PlayedPool> {
    const pool = await PlayedPool.booted(test, { 'index.mjs': source })
    const message = await pool.init()
    if (message.type !== 'ready') throw new Error(`Not ready: ${JSON.stringify(message)}`)
    return pool
  }

  /** Starts the sandbox as a plain child; `command` may wrap it. */
  async boot(nodeOptions: string[] = []): Promise<void> {
    const bootstrap = join(await bundledRuntime(), 'bootstrap.mjs')
    await this.bootWith(process.execPath, [...nodeOptions, bootstrap, this.directory])
  }

  async bootWith(command: string, args: string[]): Promise<void> {
    // The test runner puts a hook of its own into every Node that a test starts; a sandbox has none.
    const child = spawn('env', ['-u', 'NODE_OPTIONS', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/bin:/bin', LEAKED: 'x' },
    })
    this.#child = child
    this.#ended = false
    this.#exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text) => {
        this.#output[name] += text
      })
    }
    child.once('exit', () => {
      // What it sent before may still be on its way.
      setTimeout(() => {
        if (this.#child !== child) return // Another has been booted in its directory.
        this.#ended = true
        this.#wake()
      }, LAST_FRAMES_MS)
    })
    await this.next('hello')
    this.send({ type: 'rehearse' })
  }

  async init(message: Partial<InitMessage> = {}): Promise<FromSandbox> {
    this.send({
      type: 'init',
      functionName: 'sample',
      functionVersion: '$LATEST',
      handler: 'index.handler',
      memoryMb: 128,
      environment: {},
      egress: 'public',
      logStream: '2026/11/26/[$LATEST]0123456789abcdef0123456789abcdef',
      ...message,
    })
    return (await this.next()).head
  }

  async invoke(event: unknown, fields: Record<string, unknown> = {}): Promise<Answer> {
    return this.invokeRaw(Buffer.from(JSON.stringify(event)), fields)
  }

  async invokeRaw(body: Buffer, fields: Record<string, unknown> = {}): Promise<Answer> {
    const head = {
      type: 'invoke',
      id: 'invocation-1',
      deadlineMs: Date.now() + FAR_AHEAD_MS,
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
      ...fields,
    }
    this.#control?.write(encodeFrame(head, body))
    const frame = await this.next()
    const value = frame.head.type === 'result' ? JSON.parse(frame.body.toString()) : undefined
    return { head: frame.head, value }
  }

  send(head: { type: string }, body?: Buffer): void {
    this.#control?.write(encodeFrame(head, body))
  }

  sendRaw(bytes: Buffer): void {
    this.#control?.write(bytes)
  }

  async stopListening(): Promise<void> {
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** The next frame of the control connection; fails when it has another type. */
  async next(type?: FromSandbox['type']): Promise<Frame<FromSandbox>> {
    const end = Date.now() + MESSAGE_DEADLINE_MS
    while (this.#received.length === 0) {
      const left = end - Date.now()
      if (left <= 0 || this.#ended) {
        throw new Error(`No "${type ?? 'message'}": ${this.#output.stderr}`)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    const frame = this.#received.shift() as Frame<FromSandbox>
    if (type && frame.head.type !== type) {
      throw new Error(`Expected "${type}", got ${JSON.stringify(frame.head)}`)
    }
    return frame
  }

  /** How the process ended. */
  async exit(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const [code, signal] = (await this.#exit) ?? [null, null]
    return { code, signal }
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get stdout(): string {
    return this.#output.stdout
  }

  get stderr(): string {
    return this.#output.stderr
  }

  /** Everything the sandbox has written until now: its pipe is read a moment after its answer. */
  async written(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return this.stdout
  }

  /** Stops reading what the sandbox writes, so that its pipe fills up. */
  stopReading(): void {
    this.#child?.stdout?.pause()
  }

  readOn(): void {
    this.#child?.stdout?.resume()
  }

  /** Stops reading its frames, as a pool does whose caller reads nothing. */
  stopTaking(): void {
    this.#control?.pause()
  }

  takeOn(): void {
    this.#control?.resume()
  }

  closeLink(): void {
    this.#control?.destroy()
  }

  async close(): Promise<void> {
    this.closeLink()
    this.#server.close()
    this.#child?.kill('SIGKILL')
    await this.#exit
    await rm(this.directory, { recursive: true, force: true })
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    const first = new FrameReader<FromSandbox>()
    const onData = (chunk: Buffer) => {
      const taken = first.pushFirst(chunk)
      if (!taken) return
      socket.off('data', onData)
      const { head } = taken.frame
      if (head.type === 'open') {
        socket.pause()
        this.opened.push(head)
        this.onOpen(head, socket, taken.rest)
        return
      }
      this.#control = socket
      this.#push([taken.frame])
      const reader = new FrameReader<FromSandbox>()
      socket.on('data', (more: Buffer) => this.#push(reader.push(more)))
    }
    socket.on('data', onData)
  }

  #push(frames: Frame<FromSandbox>[]): void {
    this.#received.push(...frames)
    this.#wake()
  }
}
