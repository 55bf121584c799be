import { randomUUID } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { MAX_ASYNC_BYTES } from '../../core/functions/function.ts'
import { acceptEvent } from '../../core/invocations/accept-event.ts'
import { depthField } from '../../core/invocations/depth.ts'
import { asCloudEvent, eventBridgeEvent } from '../../core/triggers/eventbridge-event.ts'
import { readJson } from '../json-body.ts'
import { closed, invalid, isDefaultBus } from './events-shapes.ts'
import { type Call, type Operations, operation } from './operation.ts'

/** Of one request; a time counts as much. */
const ENTRIES_MAX = 10
const TIME_BYTES = 14

const Entry = Type.Object(
  {
    /** Seconds since 1970. */
    Time: Type.Optional(Type.Number({ minimum: 0, maximum: 253_402_300_799 })),
    Source: Type.Optional(Type.String()),
    Resources: Type.Optional(Type.Array(Type.String({ maxLength: 2048 }))),
    DetailType: Type.Optional(Type.String()),
    Detail: Type.Optional(Type.String()),
    EventBusName: Type.Optional(Type.String({ minLength: 1, maxLength: 1600 })),
    TraceHeader: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  },
  closed,
)
type Entry = Static<typeof Entry>

type EntryAnswer = { EventId: string } | { ErrorCode: string; ErrorMessage: string }

/** Events to the default bus: they reach rules and the platform's own event triggers alike. */
export const PUT_EVENTS: Operations = {
  PutEvents: operation(
    Type.Object({ Entries: Type.Array(Entry, { minItems: 1, maxItems: ENTRIES_MAX }) }, closed),
    async ({ Entries }, call) => {
      const bytes = Entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
      if (bytes > MAX_ASYNC_BYTES) {
        throw invalid('Total size of the entries in the request is over the limit.')
      }
      const answers = await Promise.all(Entries.map((entry) => take(entry, call)))
      const failed = answers.filter((one) => 'ErrorCode' in one)
      return { FailedEntryCount: failed.length, Entries: answers }
    },
  ),
}

/** As EventBridge counts. */
function sizeOf(entry: Entry): number {
  const { Source = '', DetailType = '', Detail = '', Resources = [] } = entry
  const texts = [Source, DetailType, Detail, ...Resources]
  const time = entry.Time === undefined ? 0 : TIME_BYTES
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), time)
}

/** Resolves when what the event causes is on disk, or why that is not so. */
async function take(entry: Entry, { parts, userAgent }: Call): Promise<EntryAnswer> {
  const mistake = mistakeOf(entry)
  if (mistake) return mistake
  const { Source = '', DetailType = '', Detail = '', Resources = [], Time } = entry
  const id = randomUUID()
  try {
    const eventBridge = eventBridgeEvent({
      id,
      detailType: DetailType,
      source: Source,
      time: Time === undefined ? new Date() : new Date(Time * 1000),
      resources: Resources,
      detail: readJson(Buffer.from(Detail)),
    })
    const event = asCloudEvent(eventBridge)
    const bytes = Buffer.from(JSON.stringify(event))
    const given = { event, bytes, eventBridge, identity: id, ...depthField(userAgent) }
    await acceptEvent(parts, given)
    return { EventId: id }
  } catch (error) {
    if (!(error instanceof HearthError)) throw error
    const ErrorCode = error.code === 'QueueFull' ? 'ThrottlingException' : 'InternalFailure'
    return { ErrorCode, ErrorMessage: `${error.message}.` }
  }
}

function mistakeOf(entry: Entry): EntryAnswer | undefined {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (entry[name] !== undefined && entry[name] !== '') continue
    const reason = `${name} is a required argument`
    const ErrorMessage = `Parameter ${name} is not valid. Reason: ${reason}.`
    return { ErrorCode: 'InvalidArgument', ErrorMessage }
  }
  if (!isObject(entry.Detail ?? '')) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
  }
  if (entry.Source?.startsWith('aws.')) {
    const ErrorMessage = 'Not authorized for the source.'
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage }
  }
  if (isDefaultBus(entry.EventBusName)) return undefined
  const ErrorMessage = `Event bus ${entry.EventBusName?.slice(0, 200)} does not exist.`
  return { ErrorCode: 'ResourceNotFoundException', ErrorMessage }
}

function isObject(text: string): boolean {
  try {
    const value = readJson(Buffer.from(text))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
