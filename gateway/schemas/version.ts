import { Type } from 'typebox'
import { Alias } from '../../core/functions/alias.ts'
import { FunctionDefinition } from '../../core/functions/function.ts'
import { AliasName, VersionNumber } from '../../core/functions/qualifier.ts'
import { FunctionName } from '../../core/identifiers.ts'
import { Cursor } from './page.ts'

const closed = { additionalProperties: false }

export const VersionParams = Type.Object({ name: FunctionName, version: VersionNumber })
export const AliasParams = Type.Object({ name: FunctionName, alias: AliasName })

export const PublishBody = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 256 })),
    revisionId: Type.Optional(
      Type.String({ description: 'Publishes only if the function still has it' }),
    ),
    codeSha256: Type.Optional(Type.String({ description: 'Publishes only if the code is this' })),
  },
  closed,
)

export const VersionPage = Type.Object({
  versions: Type.Array(FunctionDefinition),
  cursor: Cursor,
})

export const AliasBody = Type.Object(
  {
    functionVersion: Type.Union([VersionNumber, Type.Literal('$LATEST')]),
    description: Type.Optional(Type.String({ maxLength: 256 })),
    weights: Type.Optional(
      Type.Unsafe<Record<string, number>>({
        ...Alias.properties.weights,
        description: 'Another version → the share of invocations that it gets, 0 to 1',
      }),
    ),
    revisionId: Type.Optional(
      Type.String({ description: 'Changes it only if the alias still has it' }),
    ),
  },
  closed,
)
