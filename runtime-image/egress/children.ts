import childProcess from 'node:child_process'
import { fileURLToPath } from 'node:url'
import workerThreads, { type Serializable } from 'node:worker_threads'
import type { ExitPlan } from './exits.ts'
import type { ForwarderData } from './forwarder.ts'

/** After this a child starts without the exits; its connections fail by themselves. */
const FORWARDER_START_MS = 2_000

/** Under this a thread finds the exits of its sandbox. */
export const PLAN_KEY = 'hearth.exits'

const THREAD_FILE = fileURLToPath(new URL('./thread.mjs', import.meta.url))

const { Worker, setEnvironmentData } = workerThreads

/**
 * Starts the forwarder's thread before the first child process is made, and not before: functions
 * that make none pay neither its time nor its memory.
 */
export function startForwarderForChildren(plan: () => ExitPlan | undefined): void {
  let forwarder: InstanceType<typeof Worker> | undefined
  const prepare = () => {
    const current = plan()
    if (forwarder || !current) return
    forwarder = startForwarder(current)
    forwarder.once('exit', () => {
      forwarder = undefined
    })
  }
  const before = <F extends (...args: never[]) => unknown>(original: F): F =>
    function (this: unknown, ...args: never[]) {
      prepare()
      return Reflect.apply(original, this, args)
    } as F
  // spawn, exec, execFile and fork all end in this method.
  const { prototype } = childProcess.ChildProcess as unknown as {
    prototype: { spawn(options: object): unknown }
  }
  prototype.spawn = before(prototype.spawn)
  const { spawnSync, execSync, execFileSync } = childProcess
  Object.assign(childProcess, {
    spawnSync: before(spawnSync),
    execSync: before(execSync),
    execFileSync: before(execFileSync),
  })
}

function startForwarder(plan: ExitPlan): InstanceType<typeof Worker> {
  const ready = new Int32Array(new SharedArrayBuffer(4))
  const workerData: ForwarderData = { plan, ready }
  const forwarder = new Worker(new URL('./forwarder.mjs', import.meta.url), {
    workerData,
    execArgv: [],
    env: {},
    name: 'egress forwarder',
  })
  forwarder.unref()
  // Without a forwarder, connections of children fail; that is the error the handler sees.
  forwarder.on('error', () => {})
  Atomics.wait(ready, 0, 0, FORWARDER_START_MS)
  return forwarder
}

/** Gives every thread that the handler makes the same way out as its own. */
export function equipWorkers(plan: () => ExitPlan | undefined): void {
  const equipped = new Proxy(Worker, {
    construct(target, [file, options = {}], newTarget) {
      const current = plan()
      if (!current) return Reflect.construct(target, [file, options], newTarget)
      setEnvironmentData(PLAN_KEY, current as unknown as Serializable)
      const execArgv = [...(options.execArgv ?? []), '--require', THREAD_FILE]
      return Reflect.construct(target, [file, { ...options, execArgv }], newTarget)
    },
  })
  Object.assign(workerThreads, { Worker: equipped })
}
