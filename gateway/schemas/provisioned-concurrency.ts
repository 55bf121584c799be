import { type Static, Type } from 'typebox'
import {
  ProvisionedCount,
  ProvisionedWindow,
  ProvisionedWindows,
} from '../../core/functions/provisioned-concurrency.ts'
import { Qualifier } from '../../core/functions/qualifier.ts'
import { FunctionName } from '../../core/identifiers.ts'

export const ProvisionedParams = Type.Object({
  name: FunctionName,
  qualifier: Type.Unsafe<string>({ ...Qualifier, description: 'A published version, or an alias' }),
})

export const ProvisionedBody = Type.Object(
  {
    count: Type.Unsafe<number>({
      ...ProvisionedCount,
      description: 'Sandboxes that are kept ready at all times; with windows it may be 0',
    }),
    windows: Type.Optional(
      Type.Unsafe<Static<typeof ProvisionedWindows>>({
        ...ProvisionedWindows,
        description:
          'While one is open, the larger of its count and the other is kept; none if not given',
      }),
    ),
  },
  { additionalProperties: false },
)

const WindowAnswer = Type.Object({
  ...ProvisionedWindow.properties,
  isOpen: Type.Boolean(),
  closesAt: Type.Optional(
    Type.String({ description: 'While it is open; unless it opens again before' }),
  ),
  nextOpensAt: Type.Optional(Type.String({ description: 'Absent where it never opens again' })),
})

export const ProvisionedAnswer = Type.Object({
  functionName: FunctionName,
  qualifier: Qualifier,
  count: Type.Integer(),
  windows: Type.Array(WindowAnswer),
  requested: Type.Integer({
    description: 'What is wanted now: the largest of the count and those of open windows',
  }),
  allocated: Type.Integer({ description: 'Sandboxes that start, wait or run' }),
  available: Type.Integer({ description: 'Sandboxes that wait or run' }),
  status: Type.Enum(['READY', 'IN_PROGRESS', 'FAILED']),
  statusReason: Type.Optional(Type.String()),
  lastModified: Type.Optional(Type.String({ description: 'Absent where nothing was set' })),
})
export type ProvisionedAnswer = Static<typeof ProvisionedAnswer>

export const ProvisionedList = Type.Object({
  provisionedConcurrency: Type.Array(ProvisionedAnswer),
})
