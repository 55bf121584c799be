import { Type } from 'typebox'
import { Invocation, InvocationState } from '../../core/invocation.ts'
import { Cursor, PageQuery } from './page.ts'

export const InvocationParams = Type.Object({
  id: Type.String({
    pattern: '^[A-Za-z0-9-]{1,64}$',
    description: 'X-Invocation-Id, or `id` of 202',
  }),
})

export const AcceptedInvocation = Type.Object({ id: Type.String(), state: InvocationState })

export const InvocationListQuery = Type.Object(
  { state: Type.Optional(InvocationState), ...PageQuery },
  { additionalProperties: false },
)

export const InvocationPage = Type.Object({
  invocations: Type.Array(Invocation),
  cursor: Cursor,
})
