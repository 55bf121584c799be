import { existsSync } from 'node:fs'
import { findProgram, run } from './command.ts'
import type { Setup } from './setup.ts'
import type { Part } from './setup-result.ts'

const OLDEST = [1, 24] as const

/** Finds a Go that builds what is not to be had as a program, or tries Debian's. */
export async function prepareGo(setup: Setup, part: string): Promise<Part> {
  const found = await recentGo()
  if (found) return { state: 'ready', value: found }
  const candidate = await setup.apt.candidate('golang-go')
  // Installing one that is too old would only cost the user disk and time.
  if (candidate && !isRecentGo(`go${candidate.replace(/^\d+:/, '')}`)) {
    return { state: 'missing', reason: `1.24 or later is needed, and this system has ${candidate}` }
  }
  const obstacle = await setup.apt.install(part, ['golang-go'])
  const installed = obstacle ? undefined : await recentGo()
  if (installed) return { state: 'ready', value: installed }
  return {
    state: 'missing',
    reason: obstacle ?? `the one of this system is older than ${OLDEST.join('.')}`,
  }
}

async function recentGo(): Promise<string | undefined> {
  const onPath = await findProgram('go')
  const places = [onPath, '/usr/local/go/bin/go', '/usr/lib/go/bin/go']
  for (const go of places) {
    if (!go || !existsSync(go)) continue
    const output = await run([go, 'version'], { deadlineMs: 10_000 }).catch(() => '')
    if (isRecentGo(output)) return go
  }
  return undefined
}

/** Whether `go version` says a release that builds MinIO and Compose. */
export function isRecentGo(output: string): boolean {
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(output) ?? []
  if (!major || !minor) return false
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])
}
