import { Type } from 'typebox'
import { functionArn } from '../../../core/functions/function.ts'
import { eventSourceMappingArn } from '../../../core/triggers/event-source-mapping.ts'
import { deployChange } from '../../deployment.ts'
import type { GatewayParts } from '../../parts.ts'
import { invalidParameter, LambdaError, noSuchResource } from '../lambda-error.ts'
import { query, text } from '../members.ts'
import { operation } from '../operation.ts'
import { checkTags, Tags } from '../tags.ts'

const TAGS = '/2017-03-31/tags/:Resource'
const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
const Resource = text(
  `arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:${UUID}|capacity-provider:[a-zA-Z0-9-_]+)`,
  { minLength: 1, maxLength: 256 },
)

type TagMap = Record<string, string>

/** Something that has tags. */
interface Tagged {
  read(): Promise<TagMap>
  change(change: (tags: TagMap) => TagMap): Promise<unknown>
}

const tag = operation({
  name: 'TagResource',
  route: `POST ${TAGS}`,
  status: 204,
  input: Type.Object({ Resource, Tags }),
  async run({ parts }, input) {
    checkTags(input.Tags)
    await resourceOf(parts, input.Resource).change((before) => {
      const tags = { ...before, ...input.Tags }
      checkTags(tags)
      return tags
    })
    return undefined
  },
})

const list = operation({
  name: 'ListTags',
  route: `GET ${TAGS}`,
  status: 200,
  input: Type.Object({ Resource }),
  async run({ parts }, input) {
    return { Tags: await resourceOf(parts, input.Resource).read() }
  },
})

const untag = operation({
  name: 'UntagResource',
  route: `DELETE ${TAGS}`,
  status: 204,
  input: Type.Object({
    Resource,
    TagKeys: query(
      Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 1000 }),
      'tagKeys',
    ),
  }),
  async run({ parts }, input) {
    const gone = new Set(input.TagKeys)
    await resourceOf(parts, input.Resource).change((before) =>
      Object.fromEntries(Object.entries(before).filter(([key]) => !gone.has(key))),
    )
    return undefined
  },
})

/** Throws ResourceNotFoundException, InvalidParameterValueException for what has no tags. */
function resourceOf(parts: GatewayParts, arn: string): Tagged {
  const [, , , , , type = '', id = '', qualifier] = arn.split(':')
  if (type === 'event-source-mapping') {
    const { mappings } = parts
    if (arn !== eventSourceMappingArn(id)) throw noSuchResource()
    return {
      read: async () => (await mappings.read(id)).tags,
      change: (change) =>
        mappings.change(id, (before) => ({ ...before, tags: change(before.tags) })),
    }
  }
  if (type !== 'function') throw noSuchResource()
  if (qualifier !== undefined) {
    throw invalidParameter(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    )
  }
  if (arn !== functionArn(id)) {
    throw new LambdaError('ResourceNotFoundException', `Function not found: ${arn}`)
  }
  return {
    read: async () => (await parts.functions.read(id)).tags,
    change: (change) => deployChange(parts, id, ({ tags }) => ({ tags: change(tags) })),
  }
}

export const TAG_OPERATIONS = [tag, list, untag]
