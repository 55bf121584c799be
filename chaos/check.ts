import type { Invocation } from '../core/invocations/invocation.ts'
import { handlerOf } from './handlers.ts'
import type { Acknowledgement, CancelAnswer, Intent, LedgerEntry, Run } from './ledger-entry.ts'
import { isFinal, type JournalLook, type Look } from './observation.ts'

/** What must not be, and where it was seen. */
export interface Finding {
  law: Law
  detail: string
}

/**
 * lost: acknowledged, and without a final record, or succeeded and never run. missed: an object's latest
 * state that no handler saw. undelivered: an end that its destination was not told of. phantom: ran, and nobody meant it. double result: a final record that
 * changed, or a result that is not of the attempt on record. double invocation: one event, two of them.
 * second message: two message ids for one invocation. wrong end: not what the handler must come to, its
 * retries included. innocent: an error that is not the function's, put down to it. cancelled: answered
 * so, and ran. tick: twice the same time, or too many. journal: a
 * synchronous invocation that is listed twice, or listed and not found by its id. left: something is more than before.
 * noted: seen by a fault.
 */
export type Law =
  | 'lost'
  | 'missed'
  | 'undelivered'
  | 'phantom'
  | 'double result'
  | 'double invocation'
  | 'second message'
  | 'wrong end'
  | 'innocent'
  | 'cancelled'
  | 'tick'
  | 'journal'
  | 'left'
  | 'noted'

export interface Evidence {
  entries: readonly LedgerEntry[]
  /** Every invocation that was acknowledged or that the platform lists, after calm, and once more. */
  first: Look
  second: Look
  journal: JournalLook
  /** Error types that innocent handlers may end with, since faults have ended sandboxes. */
  blames: ReadonlySet<string>
  /** Whether times of the platform and of the ledger can be compared. */
  clocksAgree: boolean
  /** Milliseconds from the first trigger to the look. */
  spanMs: number
}

export interface Counts {
  intents: number
  acknowledged: number
  runs: number
  /** Runs past the first of an attempt's event: at least once is what is promised. */
  repeatedRuns: number
  /** Attempts that ended with a fault of the platform. */
  faults: number
}

/** Times of the two may differ by this much, since each is noted a moment after what it is of. */
const CLOCK_SLACK_MS = 250
const MINUTE_MS = 60_000

/** Holds everything that was promised against everything that was seen. */
export function check(evidence: Evidence): { findings: Finding[]; counts: Counts } {
  const facts = sorted(evidence.entries)
  const findings = [
    ...losses(evidence, facts),
    ...missedObjects(facts),
    ...phantoms(facts),
    ...doubles(facts),
    ...[...evidence.first].flatMap(([id, record]) =>
      record ? recordFindings(record, { evidence, facts, id }) : [],
    ),
    ...ticks(evidence),
    ...journalled(evidence.journal),
  ]
  return { findings, counts: countsOf(evidence, facts) }
}

interface Facts {
  intents: Map<string, Intent>
  acks: Map<string, Set<string>>
  /** Tokens of acknowledged events without an id: objects, in the order of their answers. */
  objects: (Acknowledgement & { at: number })[]
  /** By request id; each run once. */
  runs: Map<string, (Run & { at: number })[]>
  idsOfToken: Map<string, Set<string>>
  cancels: Map<string, CancelAnswer>
  messages: Map<string, Set<string>>
}

function sorted(entries: readonly LedgerEntry[]): Facts {
  const facts: Facts = {
    intents: new Map(),
    acks: new Map(),
    objects: [],
    runs: new Map(),
    idsOfToken: new Map(),
    cancels: new Map(),
    messages: new Map(),
  }
  const seen = new Set<string>()
  for (const entry of entries) {
    if (entry.kind === 'intent') facts.intents.set(entry.token, entry)
    else if (entry.kind === 'cancel') facts.cancels.set(entry.id, entry)
    else if (entry.kind === 'delivery') add(facts.messages, entry.id, entry.message)
    else if (entry.kind === 'ack') {
      if (entry.id === undefined) facts.objects.push(entry)
      else add(facts.acks, entry.token, entry.id)
    } else if (!seen.has(entry.run)) {
      // A handler that was not answered tells the ledger again.
      seen.add(entry.run)
      facts.runs.set(entry.id, [...(facts.runs.get(entry.id) ?? []), entry])
      add(facts.idsOfToken, entry.token, entry.id)
    }
  }
  return facts
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value))
}

function losses({ first, second }: Evidence, { acks, runs }: Facts): Finding[] {
  return [...acks].flatMap(([token, ids]) =>
    [...ids].flatMap((id): Finding[] => {
      const record = first.get(id)
      const detail = `${token} was acknowledged as ${id}`
      if (!record || !second.get(id))
        return [{ law: 'lost', detail: `${detail}, which is unknown` }]
      if (!isFinal(record)) return [{ law: 'lost', detail: `${detail}, which is ${record.state}` }]
      if (record.state !== 'succeeded' || runs.has(id)) return []
      return [{ law: 'lost', detail: `${detail}, which succeeded and never ran` }]
    }),
  )
}

/** Of each key the last state that was acknowledged, unless a later write may have replaced it. */
function missedObjects({ intents, objects, idsOfToken }: Facts): Finding[] {
  const latest = new Map<string, string>()
  for (const { token, key } of intents.values()) if (key) latest.set(key, token)
  const acknowledged = new Set(objects.map(({ token }) => token))
  return [...latest.values()].flatMap((token): Finding[] =>
    acknowledged.has(token) && !idsOfToken.has(token)
      ? [{ law: 'missed', detail: `Object ${token} is stored, and no handler saw it` }]
      : [],
  )
}

function phantoms({ intents, runs }: Facts): Finding[] {
  return [...runs.values()].flat().flatMap(({ token, id }): Finding[] => {
    if (token === 'tick' || token.startsWith('told-') || intents.has(token)) return []
    return [{ law: 'phantom', detail: `${id} ran with "${token}", which nobody sent` }]
  })
}

function doubles({ acks, idsOfToken, messages }: Facts): Finding[] {
  const two = (law: Law, what: string) =>
    function* (map: Map<string, Set<string>>): Generator<Finding> {
      for (const [key, values] of map) {
        if (values.size < 2 || key === 'tick') continue
        yield { law, detail: `${key} ${what} ${[...values].join(', ')}` }
      }
    }
  const all = new Map(acks)
  for (const [token, ids] of idsOfToken) {
    all.set(token, new Set([...(all.get(token) ?? []), ...ids]))
  }
  return [
    ...two('double invocation', 'became')(all),
    ...two('second message', 'was told by messages')(messages),
  ]
}

interface Context {
  evidence: Evidence
  facts: Facts
  id: string
}

function recordFindings(record: Invocation, context: Context): Finding[] {
  if (!isFinal(record)) return []
  return [
    ...resultFindings(record, context),
    ...endFindings(record, context),
    ...cancelFindings(record, context),
    ...deliveryFindings(record, context),
  ]
}

/** One result, and of the attempt that is on record. */
function resultFindings(record: Invocation, { evidence, facts, id }: Context): Finding[] {
  const wrong = (detail: string): Finding[] => [{ law: 'double result', detail: `${id} ${detail}` }]
  const later = evidence.second.get(id)
  if (later && JSON.stringify(later) !== JSON.stringify(record)) {
    return wrong(`changed after its end: ${JSON.stringify(record)}, ${JSON.stringify(later)}`)
  }
  const last = record.attempts.at(-1)
  const successes = record.attempts.filter(({ outcome }) => outcome === 'succeeded').length
  if (record.state !== 'succeeded') {
    return successes > 0 ? wrong(`is ${record.state}, after an attempt that succeeded`) : []
  }
  if (successes !== 1 || last?.outcome !== 'succeeded') {
    return wrong(`has ${successes} attempts that succeeded, and ended ${last?.outcome}`)
  }
  const result = record.result as { run?: string } | undefined
  const run = facts.runs.get(id)?.find((one) => one.run === result?.run)
  if (!run) return wrong(`has a result of a run that is not its own: ${JSON.stringify(result)}`)
  const startedAt = Date.parse(last.startedAt)
  if (evidence.clocksAgree && run.at < startedAt - CLOCK_SLACK_MS) {
    return wrong(`has a result of a run ${startedAt - run.at} ms older than its attempt`)
  }
  return []
}

function endFindings(record: Invocation, { evidence, id }: Context): Finding[] {
  const { attempts, functionName, state } = record
  const handler = handlerOf(functionName)
  const errors = attempts.filter(({ outcome }) => outcome === 'functionError')
  const allowed = new Set([...handler.errorTypes, ...evidence.blames])
  const foreign = errors.find(({ errorType = '' }) => !allowed.has(errorType))
  if (foreign) {
    const detail = `${id} (${functionName}) is blamed for ${foreign.errorType}`
    return [{ law: 'innocent', detail }]
  }
  const wrong = (why: string): Finding[] => [
    { law: 'wrong end', detail: `${id} (${functionName}) is ${state} ${why}` },
  ]
  if (state === 'cancelled') return []
  if (state === 'expired') return handler.ends === 'expired' ? [] : wrong('and was not old enough')
  const outcomes = attempts.map(({ outcome }) => outcome).join(', ')
  if (state === 'failed' && errors.length !== handler.retries + 1) {
    return wrong(`after ${outcomes}, with ${handler.retries} retries`)
  }
  // An innocent one may fail where sandboxes were killed; a guilty one never succeeds.
  const mayFail = handler.ends === 'failed' || evidence.blames.size > 0
  if (state === 'succeeded' ? handler.ends === 'failed' : !mayFail)
    return wrong(`after ${outcomes}`)
  return []
}

/** Cancelled means taken back while it waited: every run of it is an attempt that ended before. */
function cancelFindings(record: Invocation, { facts, id }: Context): Finding[] {
  const runs = facts.runs.get(id)?.length ?? 0
  const told = facts.cancels.get(id)?.status
  if (told === 200 && record.state !== 'cancelled') {
    return [{ law: 'cancelled', detail: `${id} was answered as cancelled, and is ${record.state}` }]
  }
  if (record.state === 'cancelled' && runs > record.attempts.length) {
    const detail = `${id} is cancelled, and ran ${runs} times in ${record.attempts.length} attempts`
    return [{ law: 'cancelled', detail }]
  }
  return []
}

/** Each end that is to be reported has been, to the ledger or to the handler that is told. */
function deliveryFindings(record: Invocation, { facts, id }: Context): Finding[] {
  const { reports } = handlerOf(record.functionName)
  const end = record.state === 'succeeded' ? 'onSuccess' : 'onFailure'
  if (record.state === 'cancelled' || reports?.end !== end) return []
  const isTold = reports.to === 'told' ? facts.idsOfToken.has(`told-${id}`) : facts.messages.has(id)
  if (isTold) return []
  const detail = `${id} (${record.functionName}) is ${record.state}, and nobody was told`
  return [{ law: 'undelivered', detail }]
}

function ticks({ first, spanMs }: Evidence): Finding[] {
  const times = new Map<string, Set<string>>()
  for (const [id, record] of first) {
    if (record?.functionName === 'ticks') add(times, record.cause.detail ?? '', id)
  }
  const twice = [...times].filter(([, ids]) => ids.size > 1)
  const most = Math.floor(spanMs / MINUTE_MS) + 2
  return [
    ...twice.map(
      ([time, ids]): Finding => ({ law: 'tick', detail: `${time} came as ${[...ids].join(', ')}` }),
    ),
    ...(times.size > most
      ? [{ law: 'tick' as const, detail: `${times.size} ticks in ${spanMs} ms` }]
      : []),
  ]
}

function journalled({ lists, unknown }: JournalLook): Finding[] {
  const twice = lists.flatMap((ids) => ids.filter((id, at) => ids.indexOf(id) < at))
  return [
    ...twice.map((id): Finding => ({ law: 'journal', detail: `${id} is listed twice` })),
    ...unknown.map((id): Finding => ({ law: 'journal', detail: `${id} is listed, and unknown` })),
  ]
}

function countsOf({ first }: Evidence, facts: Facts): Counts {
  const records = [...first.values()].filter((record) => record !== undefined)
  const attempts = records.flatMap((record) => record.attempts)
  const runs = [...facts.runs].flatMap(([id, those]) => (first.has(id) ? those : [])).length
  const own = attempts.filter(
    ({ outcome }) => outcome === 'succeeded' || outcome === 'functionError',
  )
  return {
    intents: facts.intents.size,
    acknowledged: facts.acks.size + facts.objects.length,
    runs,
    repeatedRuns: Math.max(0, runs - own.length),
    faults: attempts.length - own.length,
  }
}
