import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProgram } from '../../setup/command.ts'

/** Until it is attached to all threads. */
const ATTACH_MS = 1000
/** One line each: the process id, then the call with its file descriptor and what that is. */
const SENT = /^\d+ +(?:write|writev|sendto|sendmsg)\(\d+<(?:UNIX|TCP)/
const OPENED = /^\d+ +openat\([^"]*"(?!\/proc\/)/

export interface SystemCalls {
  /** Writes to sockets. */
  sent: number
  /** Files opened, those of the kernel under `/proc` apart. */
  opened: number
}

/** What a process asks of the kernel meanwhile; undefined where there is no strace. */
export async function countSystemCalls<T>(
  pid: number,
  meanwhile: () => Promise<T>,
): Promise<{ counted: SystemCalls; result: T } | undefined> {
  const strace = await findProgram('strace')
  if (!strace) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'hearth-strace-'))
  try {
    const file = join(folder, 'calls')
    const words = ['-f', '-yy', '-e', 'trace=write,writev,sendto,sendmsg,openat', '-o', file]
    const child = spawn(strace, [...words, '-p', String(pid)], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    await sleep(ATTACH_MS)
    const result = await meanwhile()
    child.kill('SIGINT')
    await ended
    return { counted: countedIn(await readFile(file, 'utf8')), result }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** In what `strace -f -yy` has written. */
export function countedIn(trace: string): SystemCalls {
  const counted = { sent: 0, opened: 0 }
  for (const line of trace.split('\n')) {
    if (SENT.test(line)) counted.sent += 1
    else if (OPENED.test(line)) counted.opened += 1
  }
  return counted
}
