import { type TSchema, type TUnsafe, Type } from 'typebox'

/** Where a member of a request is sent, if not in its body or path. */
interface Location {
  in?: 'query'
  /** Its name there, if it has another. */
  at?: string
}

/** A member that is sent in the query. */
export function query<T extends TSchema>(schema: T, at?: string): T {
  // A spread would leave behind what is not enumerable, which conversion goes by.
  const copy = Object.create(null, Object.getOwnPropertyDescriptors(schema)) as T
  return Object.assign(copy, { in: 'query', ...(at !== undefined && { at }) })
}

export function locationOf(schema: TSchema): Location {
  return schema as Location
}

/** Text that fits one of Lambda's own patterns, which its messages quote. */
export function text(
  pattern: string,
  bounds: { minLength?: number; maxLength?: number } = {},
): TUnsafe<string> {
  const whole = `^(?:${pattern})$`
  return Type.Unsafe<string>({ type: 'string', pattern: whole, awsPattern: pattern, ...bounds })
}

const QUALIFIED =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?'

/** A function by name, partial ARN or ARN, each perhaps with a qualifier. */
export const FunctionReference = text(QUALIFIED, { minLength: 1, maxLength: 140 })
/** The same, of operations for which longer ones are allowed. */
export const LongFunctionReference = text(QUALIFIED, { minLength: 1, maxLength: 256 })
export const QualifierMember = query(
  text('\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+', { minLength: 1, maxLength: 128 }),
)
export const AliasMember = text('(?!^[0-9]+$)([a-zA-Z0-9-_]+)', { minLength: 1, maxLength: 128 })
export const RoleArn = text('arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+')
export const Description = Type.String({ maxLength: 256 })
export const Marker = query(Type.String({ maxLength: 1024 }))

/** How many items a page has at most. */
export function maxItems(maximum: number) {
  return query(Type.Integer({ minimum: 1, maximum }))
}

export const o = Type.Optional
