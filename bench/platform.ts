import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const START_MS = 60_000
const STOP_MS = 40_000

/** A platform of the bench's own: fresh data, defaults, its own port. */
export interface MeasuredPlatform {
  url: string
  pid: number
  dataDir: string
  stop(): Promise<void>
}

export async function startMeasured(
  environment: Record<string, string>,
): Promise<MeasuredPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  const child = spawn(process.execPath, ['platform/main.ts'], {
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await firstMatch(child, /http:\/\/127\.0\.0\.1:\d+/)
  await healthy(url)
  return {
    url,
    pid: child.pid ?? 0,
    dataDir,
    async stop() {
      await end(child)
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A server in a process of its own that prints its URL when it listens. */
export async function startEcho(): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, ['bench/echo.ts'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await firstMatch(child, /http:\/\/127\.0\.0\.1:\d+/)
  return { url, stop: () => end(child) }
}

export async function request<T>(url: string, method: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_MS
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Waited too long until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function healthy(url: string): Promise<void> {
  return until('the platform is ready', async () => {
    // It does not listen yet: asked again until the deadline.
    const response = await fetch(`${url}/health/ready`).catch(() => undefined)
    return response?.ok ?? false
  })
}

function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const late = setTimeout(() => reject(new Error(`No address in: ${text}`)), START_MS)
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk
      const found = pattern.exec(text)
      if (!found) return
      clearTimeout(late)
      resolve(found[0])
    })
    child.once('exit', (code) =>
      reject(new Error(`Ended with ${code} before it listened: ${text}`)),
    )
  })
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    child.once('exit', () => {
      clearTimeout(late)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
