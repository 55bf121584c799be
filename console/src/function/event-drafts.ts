import { SAMPLE_EVENTS } from '../sample-events.ts'

const SAMPLE = 'sample:'
const SAVED = 'saved:'

/** What the choice of an event begins with. */
export const FIRST_EVENT = `${SAMPLE}${SAMPLE_EVENTS[0]?.title}`

/** Of each function, what was written over the events that can be chosen; for as long as the console is open. */
const drafts = new Map<string, Record<string, string>>()

export function readDrafts(functionName: string): Record<string, string> {
  return drafts.get(functionName) ?? {}
}

export function keepDrafts(functionName: string, texts: Record<string, string>): void {
  drafts.set(functionName, texts)
}

export function savedChoice(title: string): string {
  return `${SAVED}${title}`
}

/** The title of a chosen event that was saved here; undefined of a sample. */
export function savedTitle(chosen: string): string | undefined {
  return chosen.startsWith(SAVED) ? chosen.slice(SAVED.length) : undefined
}

/** All that can be chosen, with what is shown for it. */
export function eventOptions(saved: Record<string, string>): [string, string][] {
  return [
    ...SAMPLE_EVENTS.map(({ title }): [string, string] => [`${SAMPLE}${title}`, title]),
    ...Object.keys(saved).map((title): [string, string] => [savedChoice(title), `★ ${title}`]),
  ]
}

/** The text of what is chosen, as it is before anything is written over it. */
export function textOf(chosen: string, saved: Record<string, string>): string {
  const title = savedTitle(chosen)
  if (title !== undefined) return saved[title] ?? ''
  const sample = SAMPLE_EVENTS.find((one) => `${SAMPLE}${one.title}` === chosen)
  return JSON.stringify(sample?.event ?? {}, null, 2)
}
