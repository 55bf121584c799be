import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Context, Given } from '../command.ts'
import { DevSession } from '../dev-session.ts'
import { untilInterrupted } from '../interrupt.ts'

interface DevOptions {
  logs: boolean
}

/** Deploys all functions of a folder, and each again when it changes, until Ctrl-C. */
export async function dev(context: Context, given: Given<DevOptions>): Promise<void> {
  const named = path.resolve(given.words[0] ?? '.')
  // What is not there is told when it is read.
  const folder = await realpath(named).catch(() => named)
  // Whether the platform is there is told at once, not at the first save.
  await context.client.alive()
  const signal = untilInterrupted()
  const session = new DevSession(context, { folder, showsLogs: given.options.logs, signal })
  await session.start()
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
  await session.end()
}
