import { Type } from 'typebox'
import { Qualifier } from '../../core/functions/qualifier.ts'
import { FunctionName } from '../../core/identifiers.ts'
import { Delivery, Invocation, InvocationState } from '../../core/invocations/invocation.ts'
import { ShownInvocation } from '../../core/invocations/shown-invocation.ts'
import { StartKind } from '../../core/invocations/timings.ts'
import { OptionalQualifier } from './function.ts'
import { Cursor, PageQuery } from './page.ts'
import { timeText } from './time.ts'

export const InvocationParams = Type.Object({
  id: Type.String({
    pattern: '^[A-Za-z0-9-]{1,64}$',
    description: 'X-Invocation-Id, or `id` of 202',
  }),
})

export const AcceptedInvocation = Type.Object({
  id: Type.String(),
  state: Type.Optional(
    Type.Unsafe<InvocationState>({
      ...InvocationState,
      description: 'Not there where a repeat names an invocation that is not kept any more',
    }),
  ),
})

/** What invocations are looked for by. */
const FILTERS = {
  version: Type.Optional(Type.String({ maxLength: 20, description: 'Version that ran' })),
  state: Type.Optional(InvocationState),
  type: Type.Optional(ShownInvocation.properties.type),
  trigger: Type.Optional(
    Type.String({ maxLength: 100, description: '`kind` of the cause, or the id of the trigger' }),
  ),
  start: Type.Optional(StartKind),
  error: Type.Optional(Type.String({ maxLength: 200, description: '`errorType` of what failed' })),
  from: Type.Optional(timeText('Made then or later')),
  to: Type.Optional(timeText('Made then or before')),
}

export const InvocationSearchQuery = Type.Object(
  { function: Type.Optional(FunctionName), ...FILTERS, ...PageQuery },
  { additionalProperties: false },
)

export const InvocationListQuery = Type.Object(
  {
    ...FILTERS,
    delivery: Type.Optional(
      Type.Unsafe<Delivery['state']>({
        ...Delivery.properties.state,
        description: 'Only those that are reported to a destination, and how far that is',
      }),
    ),
    ...OptionalQualifier,
    ...PageQuery,
  },
  { additionalProperties: false },
)

export const ReplayBody = Type.Partial(
  Type.Object({
    qualifier: Type.Unsafe<string>({
      ...Qualifier,
      description: 'Version or alias to run it on; what it was called by, if not given',
    }),
  }),
  { additionalProperties: false },
)

export const InvocationSearchPage = Type.Object({
  invocations: Type.Array(ShownInvocation),
  cursor: Cursor,
})

export const InvocationPage = Type.Object({
  invocations: Type.Array(Invocation),
  cursor: Cursor,
})
