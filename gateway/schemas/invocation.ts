import { Type } from 'typebox'
import { Delivery, Invocation, InvocationState } from '../../core/invocations/invocation.ts'
import { OptionalQualifier } from './function.ts'
import { Cursor, PageQuery } from './page.ts'

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

export const InvocationListQuery = Type.Object(
  {
    state: Type.Optional(InvocationState),
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

export const InvocationPage = Type.Object({
  invocations: Type.Array(Invocation),
  cursor: Cursor,
})
