import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import Module from 'node:module'
import { basename, join } from 'node:path'
import { MAX_BODY_BYTES } from '../core/frame.ts'
import { COMPILED_BYTES_MAX, COMPILED_FILES_MAX } from '../core/protocol.ts'
import { packScripts, RecordedScripts, useScripts } from './compiled-scripts.ts'
import type { Layout } from './layout.ts'
import type { FrameSink } from './link.ts'

/** The file of all modules of CommonJS; Node's own are named by 8 hex digits, one for each other module. */
const SCRIPTS = 'scripts'
/** A handler that is loaded faster gains too little. */
const INIT_MS_MIN = 20
/** No invocation has run at so many looks in a row. */
const IDLE_LOOKS = 2
const LOOK_MS = 50
/** A sandbox that is always busy goes ahead between two invocations then; one that never rests gives up. */
const LOOKS_MAX = 100
const LOOKS_BEFORE_GIVING_UP = 1000
const PREFIX = '/tmp/.compiled-'

/** Kept from before any handler is loaded, which may replace them. */
const setTimer = setTimeout

export interface Recording {
  /** After the handler is loaded: sends what has been compiled, as soon as no invocation runs. */
  finish(of: { link: FrameSink; initMs: number; isIdle: () => boolean }): Promise<void>
}

/**
 * Before a handler is loaded: lets Node use what earlier sandboxes have compiled, or begins to record.
 * Whatever is wrong with the compiled code, the handler is loaded without it.
 */
export function prepareCompiled(
  how: 'use' | 'record' | undefined,
  layout: Layout,
): Recording | undefined {
  if (how === undefined) return undefined
  try {
    if (how === 'record') return record()
    const folder = enable(layout.compiled)
    if (folder) useScripts(readFileSync(join(folder, SCRIPTS)))
  } catch {
    // Missing or damaged: it only takes longer.
  }
  return undefined
}

/** Where Node keeps what it compiles from now on; undefined where it does not, or is told to elsewhere. */
function enable(directory: string): string | undefined {
  const { status } = Module.enableCompileCache(directory)
  return status === Module.constants.compileCacheStatus.ENABLED
    ? Module.getCompileCacheDir()
    : undefined
}

function record(): Recording | undefined {
  const directory = mkdtempSync(PREFIX)
  const folder = enable(directory)
  if (!folder) {
    rmSync(directory, { recursive: true, force: true })
    return undefined
  }
  const scripts = new RecordedScripts()
  return {
    async finish({ link, initMs, isIdle }) {
      try {
        const isSlow = initMs >= INIT_MS_MIN
        const isCalm = !isSlow || (await whenIdle(isIdle))
        if (isSlow && isCalm) await send(link, folder, scripts)
        if (isCalm) link.send({ type: 'compiled', folder: folderName(folder), last: true })
      } catch {
        // Not recorded: a later sandbox tries again.
      }
      scripts.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function send(link: FrameSink, folder: string, scripts: RecordedScripts): Promise<void> {
  Module.flushCompileCache()
  let left = COMPILED_BYTES_MAX
  const taken: Parameters<typeof packScripts>[0] = []
  for await (const script of scripts.take(MAX_BODY_BYTES / 2)) {
    taken.push(script)
    await breath()
  }
  if (taken.length > 0) {
    const pack = packScripts(taken)
    if (pack.length > MAX_BODY_BYTES) return
    left -= pack.length
    link.send({ type: 'compiled', file: SCRIPTS }, pack)
  }
  for (const file of readdirSync(folder).slice(0, COMPILED_FILES_MAX - 1)) {
    const content = readFileSync(join(folder, file))
    left -= content.length
    if (left < 0) return
    link.send({ type: 'compiled', file }, content)
    await breath()
  }
}

function folderName(folder: string): string {
  return basename(folder).replace(/-\d+$/, '')
}

/** False where it never was, as the pool has long stopped waiting. */
async function whenIdle(isIdle: () => boolean): Promise<boolean> {
  let idle = 0
  for (let looks = 0; looks < LOOKS_BEFORE_GIVING_UP; looks += 1) {
    if (idle >= IDLE_LOOKS || (looks > LOOKS_MAX && idle > 0)) return true
    await new Promise<void>((resolve) => setTimer(resolve, LOOK_MS).unref())
    idle = isIdle() ? idle + 1 : 0
  }
  return false
}

/** An invocation that has come meanwhile is begun first. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimer(resolve, 0).unref())
}
