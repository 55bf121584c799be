import { Type } from 'typebox'
import { invalidParameter } from './lambda-error.ts'

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
const TAGS_MAX = 50
const KEY_LENGTH_MAX = 128
const VALUE_LENGTH_MAX = 256

export const Tags = Type.Record(Type.String(), Type.String())

/** Throws InvalidParameterValueException where a resource cannot have these tags, all that it has. */
export function checkTags(tags: Record<string, string>): void {
  const entries = Object.entries(tags)
  if (entries.length > TAGS_MAX) {
    throw invalidParameter('Number of tags exceeds resource tag limit.')
  }
  for (const [key, value] of entries) {
    const shown = key.slice(0, KEY_LENGTH_MAX)
    if (key.length === 0 || key.length > KEY_LENGTH_MAX) {
      throw invalidParameter(
        `Tag key '${shown}' must have a length of 1 to ${KEY_LENGTH_MAX} characters.`,
      )
    }
    if (/^aws:/i.test(key)) {
      throw invalidParameter(`Tag key '${shown}' begins with 'aws:', which is reserved.`)
    }
    if (value.length > VALUE_LENGTH_MAX) {
      throw invalidParameter(
        `The value of tag '${shown}' must have ${VALUE_LENGTH_MAX} characters at most.`,
      )
    }
  }
}
