/**
 * booting: started, has not said hello. generic: waits, nobody's. initialising: loads its
 * function. idle: waits for an invocation. paused: the same, frozen or about to be; an invocation thaws it.
 * busy: is thawed for one, runs it, or ends after it. gone: never used again.
 */
export type SandboxState =
  | 'booting'
  | 'generic'
  | 'initialising'
  | 'idle'
  | 'paused'
  | 'busy'
  | 'gone'

const NEXT: Record<SandboxState, readonly SandboxState[]> = {
  booting: ['generic', 'gone'],
  generic: ['initialising', 'gone'],
  initialising: ['idle', 'gone'],
  idle: ['busy', 'paused', 'gone'],
  paused: ['idle', 'busy', 'gone'],
  busy: ['idle', 'gone'],
  gone: [],
}

/** The next state, or an error that no caller may cause. */
export function advance(from: SandboxState, to: SandboxState): SandboxState {
  if (!NEXT[from].includes(to)) throw new Error(`A sandbox that is ${from} cannot become ${to}`)
  return to
}
