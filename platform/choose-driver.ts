/** What sandboxes are: containers, or plain child processes without isolation. */
export type DriverName = 'docker' | 'process'

export interface DriverChoice {
  driver: DriverName
  /** What the data folder has to remember from now on. */
  record: DriverName
  /** Why it is this one, as the banner says it. */
  reason: string
}

/**
 * Which driver a start takes. A setting wins; else the data folder's first start has decided; else
 * this is the first start, and `process` is taken only where no engine can be had. A folder that has
 * used `docker` remembers that for good, so it never falls back to running without isolation.
 */
export function chooseDriver(facts: {
  wanted: DriverName | undefined
  recorded: DriverName | undefined
  engineFound: boolean
}): DriverChoice {
  const { wanted, recorded, engineFound } = facts
  if (wanted) {
    const record = recorded === 'docker' ? 'docker' : wanted
    return { driver: wanted, record, reason: `SANDBOX_DRIVER=${wanted}` }
  }
  if (recorded === 'docker') {
    return { driver: 'docker', record: 'docker', reason: 'this data folder uses docker' }
  }
  if (recorded === 'process') {
    const change = engineFound ? '; an engine is here now: set SANDBOX_DRIVER=docker to use it' : ''
    return {
      driver: 'process',
      record: 'process',
      reason: `this data folder was started without an engine${change}`,
    }
  }
  return engineFound
    ? { driver: 'docker', record: 'docker', reason: 'an engine was found' }
    : { driver: 'process', record: 'process', reason: 'no engine can be had' }
}
