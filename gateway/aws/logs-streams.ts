import { Type } from 'typebox'
import type { PlacedLine } from '../../core/logs/log-chunk.ts'
import {
  closed,
  functionOfGroup,
  group,
  groupArn,
  invalid,
  StreamName,
  streamOf,
  Token,
} from './logs-shapes.ts'
import { type Operations, operation } from './operation.ts'

const STREAMS_MAX = 50

interface StreamSummary {
  name: string
  firstMs: number
  lastMs: number
}

/** Log streams: one for each sandbox whose lines are kept. */
export const STREAM_OPERATIONS: Operations = {
  DescribeLogStreams: operation(
    Type.Object(
      {
        ...group,
        logStreamNamePrefix: Type.Optional(StreamName),
        orderBy: Type.Optional(Type.Enum(['LogStreamName', 'LastEventTime'])),
        descending: Type.Optional(Type.Boolean()),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: STREAMS_MAX })),
        nextToken: Type.Optional(Token),
      },
      closed,
    ),
    async (input, { parts }) => {
      const { logStreamNamePrefix: prefix = '', orderBy = 'LogStreamName' } = input
      if (prefix !== '' && orderBy === 'LastEventTime') {
        throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.')
      }
      const { name } = await functionOfGroup(parts, input)
      const found = await streamsOf(parts.logs.pages(name))
      const streams = found
        .filter((stream) => stream.name.startsWith(prefix))
        .sort(orderBy === 'LogStreamName' ? byName : byLastEvent)
      if (input.descending) streams.reverse()
      const { limit = STREAMS_MAX, nextToken } = input
      const start = 1 + streams.findIndex((stream) => stream.name === nextToken)
      if (nextToken !== undefined && start === 0) {
        throw invalid('The specified nextToken is invalid.')
      }
      const shown = streams.slice(start, start + limit)
      const next = streams.length > start + limit ? shown.at(-1)?.name : undefined
      return {
        logStreams: shown.map((stream) => shownStream(name, stream)),
        ...(next !== undefined && { nextToken: next }),
      }
    },
  ),
}

async function streamsOf(pages: AsyncIterable<PlacedLine[]>): Promise<StreamSummary[]> {
  const found = new Map<string, StreamSummary>()
  for await (const page of pages) {
    for (const line of page) {
      const name = streamOf(line)
      const stream = found.get(name) ?? { name, firstMs: line.timeMs, lastMs: line.timeMs }
      stream.lastMs = Math.max(stream.lastMs, line.timeMs)
      found.set(name, stream)
    }
  }
  return [...found.values()]
}

function byName(one: StreamSummary, other: StreamSummary): number {
  return one.name < other.name ? -1 : 1
}

function byLastEvent(one: StreamSummary, other: StreamSummary): number {
  return one.lastMs - other.lastMs || byName(one, other)
}

function shownStream(functionName: string, { name, firstMs, lastMs }: StreamSummary) {
  return {
    logStreamName: name,
    creationTime: firstMs,
    firstEventTimestamp: firstMs,
    lastEventTimestamp: lastMs,
    lastIngestionTime: lastMs,
    arn: `${groupArn(functionName)}:log-stream:${name}`,
    storedBytes: 0,
  }
}
