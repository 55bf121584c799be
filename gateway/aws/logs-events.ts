import { Type } from 'typebox'
import type { PlacedLine } from '../../core/logs/log-chunk.ts'
import { type LogPosition, positionText } from '../../core/logs/log-position.ts'
import { compileFilterPattern } from './filter-pattern.ts'
import {
  closed,
  eventId,
  functionOfGroup,
  group,
  invalid,
  noStream,
  positionOfToken,
  StreamName,
  shownEvent,
  streamOf,
  Time,
  Token,
} from './logs-shapes.ts'
import { type Operations, operation } from './operation.ts'

/** Of one answer, as CloudWatch has it. */
const EVENTS_MAX = 10_000
const ANSWER_CHARACTERS_MAX = 1024 * 1024
const STREAM_NAMES_MAX = 100
const PATTERN_LENGTH_MAX = 1024

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: EVENTS_MAX }))

/** Events: the lines of a function's log. */
export const EVENT_OPERATIONS: Operations = {
  FilterLogEvents: operation(
    Type.Object(
      {
        ...group,
        logStreamNames: Type.Optional(
          Type.Array(StreamName, { minItems: 1, maxItems: STREAM_NAMES_MAX }),
        ),
        logStreamNamePrefix: Type.Optional(StreamName),
        startTime: Type.Optional(Time),
        endTime: Type.Optional(Time),
        filterPattern: Type.Optional(Type.String({ maxLength: PATTERN_LENGTH_MAX })),
        nextToken: Type.Optional(Token),
        limit: Limit,
        interleaved: Type.Optional(Type.Boolean()),
        unmask: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    async (input, { parts }) => {
      const { logStreamNames, logStreamNamePrefix = '', filterPattern = '' } = input
      if (logStreamNames && input.logStreamNamePrefix !== undefined) {
        throw invalid('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.')
      }
      const { startTime = 0, endTime = Number.POSITIVE_INFINITY, limit = EVENTS_MAX } = input
      const matches = compileFilterPattern(filterPattern)
      const { name } = await functionOfGroup(parts, input)
      const after = input.nextToken === undefined ? undefined : positionOfToken(input.nextToken)
      const answer = new EventPage(limit)
      const wanted = (line: PlacedLine) =>
        line.timeMs >= startTime &&
        line.timeMs <= endTime &&
        (logStreamNames?.includes(streamOf(line)) ?? true) &&
        streamOf(line).startsWith(logStreamNamePrefix) &&
        matches(line.text)
      for await (const page of parts.logs.pages(name, after)) {
        if (!answer.add(page.filter(wanted))) break
      }
      const events = answer.lines.map((line) => ({
        logStreamName: streamOf(line),
        ...shownEvent(line),
        eventId: eventId(line),
      }))
      return { events, searchedLogStreams: [], ...answer.next }
    },
  ),

  GetLogEvents: operation(
    Type.Object(
      {
        ...group,
        logStreamName: StreamName,
        startTime: Type.Optional(Time),
        endTime: Type.Optional(Time),
        nextToken: Type.Optional(Token),
        limit: Limit,
        startFromHead: Type.Optional(Type.Boolean()),
        unmask: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    async (input, { parts }) => {
      const { startTime = 0, endTime = Number.POSITIVE_INFINITY, limit = EVENTS_MAX } = input
      const { name } = await functionOfGroup(parts, input)
      const all: PlacedLine[] = []
      for await (const page of parts.logs.pages(name)) {
        all.push(...page.filter((line) => streamOf(line) === input.logStreamName))
      }
      if (all.length === 0) throw noStream()
      const inTime = all.filter(({ timeMs }) => timeMs >= startTime && timeMs < endTime)
      const { lines, first, last } = pageOfStream(inTime, { ...input, limit })
      return {
        events: lines.map(shownEvent),
        nextForwardToken: `f/${positionText(last)}`,
        nextBackwardToken: `b/${positionText(first)}`,
      }
    },
  ),
}

/** One answer's events, as many as it may have. */
class EventPage {
  readonly lines: PlacedLine[] = []
  readonly #limit: number
  #characters = 0
  #isFull = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when it takes no more. */
  add(lines: readonly PlacedLine[]): boolean {
    for (const line of lines) {
      if (this.lines.length >= this.#limit || this.#characters >= ANSWER_CHARACTERS_MAX) {
        this.#isFull = true
        return false
      }
      this.lines.push(line)
      this.#characters += line.text.length
    }
    return true
  }

  /** Where the next page begins, where there is one. */
  get next(): { nextToken?: string } {
    const last = this.lines.at(-1)
    return this.#isFull && last ? { nextToken: positionText(last.position) } : {}
  }
}

const TOKEN = /^([fb])\/(.*)$/

/**
 * The part of a stream that a token, or the lack of one, asks for; `first` and `last` are where the
 * neighbouring pages begin. At either end they stay what they are, by which callers know the end.
 */
function pageOfStream(
  all: readonly PlacedLine[],
  of: { nextToken?: string; startFromHead?: boolean; limit: number },
): { lines: readonly PlacedLine[]; first: LogPosition; last: LogPosition } {
  const { nextToken, limit } = of
  const [, direction = of.startFromHead ? 'f' : 'b', token] = TOKEN.exec(nextToken ?? '') ?? []
  if (nextToken !== undefined && token === undefined) positionOfToken(nextToken)
  const given = token === undefined ? undefined : positionOfToken(token)
  const isForward = direction === 'f'
  const beside = given
    ? all.filter(({ position }) => {
        const order = position.epoch - given.epoch || position.number - given.number
        return isForward ? order > 0 : order < 0
      })
    : all
  const lines = isForward ? beside.slice(0, limit) : beside.slice(-limit)
  const none = given ?? { epoch: 0, number: 0 }
  return { lines, first: lines[0]?.position ?? none, last: lines.at(-1)?.position ?? none }
}
