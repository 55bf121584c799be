import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BOTH, chosen, type FaultKind } from '../fault.ts'
import type { World } from '../world.ts'

const run = promisify(execFile)
const DOCKER_MS = 20_000

/** Single containers. The real engine is asked, beside the proxy that the platform goes through. */
export const sandboxFaults: Record<string, FaultKind> = {
  'kill-sandbox': {
    does: 'SIGKILL of a sandbox, from outside',
    follows: 'the error is the function’s (Runtime.ExitError), and follows its retries',
    topologies: BOTH,
    lengthMs: [100, 200],
    blames: ['Runtime.ExitError'],
    async start(world, fault) {
      const containers = await sandboxesOf(world, true)
      if (containers.length > 0) await docker('kill', chosen(containers, fault))
      return () => undefined
    },
  },
  'freeze-sandbox': {
    does: 'a sandbox stands still',
    follows:
      'its invocation ends late, or by the function’s own timeout; others take the next ones',
    topologies: BOTH,
    lengthMs: [1000, 6000],
    blames: ['Sandbox.Timedout', 'Runtime.ExitError'],
    async start(world, fault) {
      const containers = await sandboxesOf(world, true)
      if (containers.length === 0) return () => undefined
      const container = chosen(containers, fault)
      await docker('pause', container)
      return () => docker('unpause', container)
    },
  },
}

/** Ids of the containers that this world's schedulers have made; of running ones alone if asked. */
export async function sandboxesOf(world: World, isRunning = false): Promise<string[]> {
  const found = await Promise.all(
    nodeIds(world).map(async (node) => {
      const all = isRunning ? [] : ['--all']
      const filter = ['--filter', `label=hearth.node=${node}`]
      const { stdout } = await run('docker', ['ps', '-q', ...all, ...filter], {
        timeout: DOCKER_MS,
      })
      return stdout.split('\n').filter(Boolean)
    }),
  )
  return found.flat().sort()
}

/** What the containers of each scheduler are labelled with; none where it has not begun yet. */
export function nodeIds({ nodes }: World): string[] {
  const files = nodes.map(({ dataDir }) => join(dataDir, 'node-id'))
  return files.filter(existsSync).map((file) => readFileSync(file, 'utf8').trim())
}

/** One that is gone meanwhile is as good as harmed. */
async function docker(verb: string, container: string): Promise<void> {
  await run('docker', [verb, container], { timeout: DOCKER_MS }).catch(() => undefined)
}
