import { type Static, Type } from 'typebox'
import { FunctionConfiguration, FunctionDefinition } from '../../core/functions/function.ts'
import { Qualifier } from '../../core/functions/qualifier.ts'
import { FunctionName } from '../../core/identifiers.ts'
import { Cursor, PageQuery } from './page.ts'

export const FunctionParams = Type.Object({ name: FunctionName })

export const RevisionQuery = Type.Object(
  {
    revisionId: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'Changes the function only if it still has it; else the answer is 412',
      }),
    ),
  },
  { additionalProperties: false },
)

export const OptionalQualifier = {
  qualifier: Type.Optional(
    Type.Unsafe<string>({
      ...Qualifier,
      description: 'A version or an alias; the current state if not given',
    }),
  ),
}

/** Of routes that take a version or an alias as well. */
export const QualifierQuery = Type.Object(OptionalQualifier, { additionalProperties: false })

export const FunctionListQuery = Type.Object(PageQuery, { additionalProperties: false })

/** As it is answered. */
export const ShownFunction = FunctionDefinition

export const FunctionPage = Type.Object({
  functions: Type.Array(ShownFunction),
  cursor: Cursor,
})

/** The three ways to send code in JSON; exactly one is taken. */
const CODE_FIELDS = {
  source: Type.String({
    maxLength: 6 * 1024 * 1024,
    description: 'One ES module; stored as index.mjs',
  }),
  files: Type.Record(Type.String({ minLength: 1, maxLength: 1024 }), Type.String(), {
    maxProperties: 1000,
    description: 'Path → text',
  }),
  zip: Type.String({ description: 'A .zip of the function folder, in Base64' }),
}

const Upload = Type.Unsafe<unknown>({
  type: 'string',
  format: 'binary',
  description: 'A .zip of the function folder, or one .js, .mjs, .cjs, .ts or .mts file',
})

const Configuration = Type.Partial(FunctionConfiguration).properties

export const CreateFunction = Type.Object(
  { name: FunctionName, ...Configuration, ...Type.Partial(Type.Object(CODE_FIELDS)).properties },
  { additionalProperties: false },
)
export type CreateFunction = Static<typeof CreateFunction>

/** Fields that are no text (environment, memoryMb, ...) are sent as JSON. */
export const CreateFunctionForm = Type.Object(
  { name: FunctionName, ...Configuration, code: Upload },
  { additionalProperties: false },
)

export const UpdateFunction = Type.Object(
  { ...Configuration, ...Type.Partial(Type.Object(CODE_FIELDS)).properties },
  { additionalProperties: false, minProperties: 1 },
)

export const UpdateCode = Type.Partial(Type.Object(CODE_FIELDS), { additionalProperties: false })
export type UpdateCode = Static<typeof UpdateCode>

export const UpdateCodeForm = Type.Object({ code: Upload }, { additionalProperties: false })

export const ZipBytes = Type.Unsafe<unknown>({ type: 'string', format: 'binary' })
