import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { HearthError } from '../../../core/errors.ts'
import { functionArn } from '../../../core/functions/function.ts'
import { targetOf } from '../../../core/functions/qualifier.ts'
import {
  type EventSourceMapping,
  eventSourceMappingArn,
  mappingIdentity,
} from '../../../core/triggers/event-source-mapping.ts'
import { resolveVersion } from '../../functions/resolve-version.ts'
import type { GatewayParts } from '../../parts.ts'
import { checkFilters, checkSource, sourceTypeOf, withDefaults } from '../event-source.ts'
import { epochSeconds } from '../function-configuration.ts'
import { readReference } from '../function-reference.ts'
import { invalidParameter, LambdaError } from '../lambda-error.ts'
import {
  CHANGEABLE_MEMBERS,
  MappingFunction,
  MappingSource,
  SOURCE_MEMBERS,
} from '../mapping-members.ts'
import { Marker, maxItems, o, query } from '../members.ts'
import { operation } from '../operation.ts'
import { sliced } from '../page.ts'
import { checkTags, Tags } from '../tags.ts'

const MAPPINGS = '/2015-03-31/event-source-mappings'
const NOT_POLLED =
  'The event source is not supported on this platform yet: the mapping is kept as it was set.'
const Id = { UUID: Type.String({ maxLength: 200 }) }

type Fields = Record<string, unknown>

const create = operation({
  name: 'CreateEventSourceMapping',
  route: `POST ${MAPPINGS}`,
  status: 202,
  storedOnly: true,
  input: Type.Object({
    FunctionName: MappingFunction,
    Enabled: o(Type.Boolean()),
    ...SOURCE_MEMBERS,
    ...CHANGEABLE_MEMBERS,
    Tags: o(Tags),
  }),
  async run({ parts }, input) {
    const { FunctionName, Enabled: _enabled, Tags: tags = {}, ...sent } = input
    const { EventSourceArn, SelfManagedEventSource } = sent
    const type = sourceTypeOf(EventSourceArn, SelfManagedEventSource !== undefined)
    const fields = withDefaults(type, known(sent, { ...SOURCE_MEMBERS, ...CHANGEABLE_MEMBERS }))
    checkSource(type, fields)
    checkFilters(fields)
    checkTags(tags)
    const now = new Date().toISOString()
    const target = await targetIn(parts, FunctionName)
    const mapping: EventSourceMapping = {
      uuid: randomUUID(),
      target,
      identity: mappingIdentity({ target, fields }),
      fields: withoutEmpty(fields),
      tags,
      createdAt: now,
      lastModified: now,
    }
    await inWords(mapping, () => parts.mappings.create(mapping))
    return shown(mapping)
  },
})

const update = operation({
  name: 'UpdateEventSourceMapping',
  route: `PUT ${MAPPINGS}/:UUID`,
  status: 202,
  storedOnly: true,
  input: Type.Object({
    ...Id,
    FunctionName: o(MappingFunction),
    Enabled: o(Type.Boolean()),
    ...CHANGEABLE_MEMBERS,
  }),
  async run({ parts }, input) {
    const { UUID, FunctionName, Enabled: _enabled, ...sent } = input
    const before = await parts.mappings.read(UUID)
    const target = FunctionName === undefined ? undefined : await targetIn(parts, FunctionName)
    const change = known(sent, CHANGEABLE_MEMBERS)
    checkFilters(change)
    const after = (current: EventSourceMapping): EventSourceMapping => {
      const fields = { ...current.fields, ...change }
      const { EventSourceArn, SelfManagedEventSource } = fields
      const arn = EventSourceArn as string | undefined
      checkSource(sourceTypeOf(arn, SelfManagedEventSource !== undefined), fields)
      const whose = target ?? current.target
      return {
        ...current,
        target: whose,
        identity: mappingIdentity({ target: whose, fields }),
        fields: withoutEmpty(fields),
        lastModified: new Date().toISOString(),
      }
    }
    return shown(await inWords(after(before), () => parts.mappings.change(UUID, after)))
  },
})

const get = operation({
  name: 'GetEventSourceMapping',
  route: `GET ${MAPPINGS}/:UUID`,
  status: 200,
  input: Type.Object(Id),
  async run({ parts }, input) {
    return shown(await parts.mappings.read(input.UUID))
  },
})

const remove = operation({
  name: 'DeleteEventSourceMapping',
  route: `DELETE ${MAPPINGS}/:UUID`,
  status: 202,
  input: Type.Object(Id),
  async run({ parts }, input) {
    return { ...shown(await parts.mappings.remove(input.UUID)), State: 'Deleting' }
  },
})

const list = operation({
  name: 'ListEventSourceMappings',
  route: `GET ${MAPPINGS}`,
  status: 200,
  input: Type.Object({
    EventSourceArn: o(query(MappingSource)),
    FunctionName: o(query(MappingFunction)),
    Marker: o(Marker),
    MaxItems: o(maxItems(10_000)),
  }),
  async run({ parts }, input) {
    const { EventSourceArn: source, FunctionName } = input
    const target = FunctionName === undefined ? undefined : targetNamed(FunctionName)
    const wanted = (await parts.mappings.list()).filter(
      (one) =>
        (source === undefined || one.fields.EventSourceArn === source) &&
        (target === undefined || one.target === target),
    )
    const { items, ...rest } = sliced(wanted, pageInput(input), ({ uuid }) => uuid)
    return { EventSourceMappings: items.map(shown), ...rest }
  },
})

/** A page has 100 at most, as on Lambda. */
function pageInput({
  Marker: marker,
  MaxItems: most = 100,
}: {
  Marker?: string
  MaxItems?: number
}) {
  return { ...(marker !== undefined && { Marker: marker }), MaxItems: Math.min(most, 100) }
}

/** Only what is stored; members that Lambda does not know are dropped. */
function known(sent: Fields, members: object): Fields {
  return Object.fromEntries(
    Object.entries(sent).filter(
      ([name, value]) => Object.hasOwn(members, name) && value !== undefined,
    ),
  )
}

/** An empty value takes a field away; so Lambda has it of filters and keys. */
function withoutEmpty(fields: Fields): Fields {
  const { FilterCriteria, KMSKeyArn, ScalingConfig, ...rest } = fields
  const filters = (FilterCriteria as { Filters?: unknown[] } | undefined)?.Filters ?? []
  const hasScaling = Object.keys((ScalingConfig as object | undefined) ?? {}).length > 0
  return {
    ...rest,
    ...(filters.length > 0 && { FilterCriteria }),
    ...(KMSKeyArn !== undefined && KMSKeyArn !== '' && { KMSKeyArn }),
    ...(hasScaling && { ScalingConfig }),
  }
}

/** Throws where the function, or the version or alias, is not there. */
async function targetIn(parts: GatewayParts, name: string): Promise<string> {
  const reference = readReference({ FunctionName: name })
  try {
    await resolveVersion(parts, reference)
  } catch (error) {
    const isMissing = error instanceof HearthError && error.code === 'FunctionNotFound'
    throw isMissing ? invalidParameter('Function does not exist', error) : error
  }
  return targetOf(reference.functionName, reference.qualifier)
}

function targetNamed(name: string): string {
  const { functionName, qualifier } = readReference({ FunctionName: name })
  return targetOf(functionName, qualifier)
}

/** A duplicate is said with what both have. */
async function inWords<T>(mapping: EventSourceMapping, put: () => Promise<T>): Promise<T> {
  try {
    return await put()
  } catch (error) {
    if (!(error instanceof HearthError && error.code === 'MappingAlreadyExists')) throw error
    const { EventSourceArn = 'self-managed' } = mapping.fields
    const kind = String(EventSourceArn).includes(':sqs:') ? 'SQS' : 'event source'
    const [functionName] = mapping.target.split(':')
    throw new LambdaError(
      'ResourceConflictException',
      `An event source mapping with ${kind} arn (" ${EventSourceArn} ") and function (" ${functionName} ") already exists. Please update or delete the existing mapping with UUID ${error.details.uuid}`,
      { cause: error },
    )
  }
}

function shown({ uuid, target, fields, lastModified }: EventSourceMapping): object {
  return {
    UUID: uuid,
    ...fields,
    FunctionArn: functionArn(target),
    EventSourceMappingArn: eventSourceMappingArn(uuid),
    LastModified: epochSeconds(lastModified),
    State: 'Disabled',
    StateTransitionReason: NOT_POLLED,
  }
}

export const EVENT_SOURCE_MAPPING_OPERATIONS = [create, update, get, remove, list]
