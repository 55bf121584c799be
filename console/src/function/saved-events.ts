const EVENTS_MAX = 20
const CHARACTERS_MAX = 64 * 1024

/** Events that were saved for a function, by their names: in this browser, and nowhere else. */
export function readSavedEvents(functionName: string): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(keyOf(functionName)) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

/** All of them then. Throws where there is no room. */
export function saveEvent(
  functionName: string,
  title: string,
  text: string,
): Record<string, string> {
  const events = { ...readSavedEvents(functionName), [title]: text }
  if (Object.keys(events).length > EVENTS_MAX)
    throw new Error(`At most ${EVENTS_MAX} events of a function are saved: forget one first`)
  if (text.length > CHARACTERS_MAX) throw new Error('An event over 64 kB is not saved here')
  return write(functionName, events)
}

export function removeSavedEvent(functionName: string, title: string): Record<string, string> {
  const { [title]: _gone, ...rest } = readSavedEvents(functionName)
  return write(functionName, rest)
}

function write(functionName: string, events: Record<string, string>): Record<string, string> {
  localStorage.setItem(keyOf(functionName), JSON.stringify(events))
  return events
}

function keyOf(functionName: string): string {
  return `hearth-events:${functionName}`
}
