import type { Lift } from './fault.ts'
import type { ManagedProcess } from './managed-process.ts'

const CONNECT_MS = 3000

/** Keeps the process's event loop busy for so long, through its inspector; its other threads go on. */
export async function blockEventLoop(target: ManagedProcess, ms: number): Promise<Lift> {
  const address = /Debugger listening on (ws:\S+)/.exec(target.output())?.[1]
  if (target.pid === undefined || address === undefined) return () => undefined
  const expression = `{ const end = performance.now() + ${Math.round(ms)}; while (performance.now() < end); }`
  const socket = new WebSocket(address)
  const opened = Promise.withResolvers<void>()
  const late = setTimeout(opened.resolve, CONNECT_MS)
  socket.onopen = () => {
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }))
    opened.resolve()
  }
  socket.onerror = () => opened.resolve()
  await opened.promise
  clearTimeout(late)
  return () => socket.close()
}
