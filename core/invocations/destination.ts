import { type Static, Type } from 'typebox'
import { Target } from '../functions/qualifier.ts'
import { BucketName } from '../identifiers.ts'

const closed = { additionalProperties: false }

const FunctionDestination = Type.Object(
  { type: Type.Literal('function'), functionName: Target },
  closed,
)

const EventDestination = Type.Object(
  { type: Type.Literal('event') },
  { ...closed, description: 'A CloudEvent to all event triggers that it fits' },
)

const BucketDestination = Type.Object(
  {
    type: Type.Literal('bucket'),
    bucket: BucketName,
    prefix: Type.Optional(Type.String({ maxLength: 512, description: 'What the key begins with' })),
  },
  closed,
)

const HttpDestination = Type.Object(
  {
    type: Type.Literal('http'),
    url: Type.String({
      maxLength: 2048,
      pattern: '^https?://[^\\s@]+$',
      description: 'http:// or https://, without a user name',
    }),
    secret: Type.Optional(
      Type.String({
        pattern: '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$',
        description: '"whsec_" and 24 to 64 bytes in Base64; made here where it is not sent',
      }),
    ),
  },
  closed,
)

/** Where the end of an asynchronous invocation is reported to. */
export const Destination = Type.Union([
  FunctionDestination,
  EventDestination,
  BucketDestination,
  HttpDestination,
])
export type Destination = Static<typeof Destination>
export type HttpDestination = Static<typeof HttpDestination>

/** For people: what kind it is and which one. */
export function destinationName(destination: Destination): string {
  if (destination.type === 'function') return `function ${destination.functionName}`
  if (destination.type === 'bucket') return `bucket ${destination.bucket}`
  if (destination.type === 'http') return new URL(destination.url).origin
  return 'events'
}
