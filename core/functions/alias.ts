import { type Static, Type } from 'typebox'
import { AliasName, VersionNumber } from './qualifier.ts'

/** A name that points at one version, or at two with weights. */
export const Alias = Type.Object({
  name: AliasName,
  /** `$LATEST`, or a published version. */
  functionVersion: Type.String(),
  description: Type.String({ maxLength: 256 }),
  /** Share of invocations, 0 to 1, that another version gets: of one at most, as on Lambda. */
  weights: Type.Record(VersionNumber, Type.Number({ minimum: 0, maximum: 1 }), {
    maxProperties: 1,
  }),
  revisionId: Type.String(),
})
export type Alias = Static<typeof Alias>

/** The version that one invocation runs; `draw` is a number from 0 to below 1. */
export function routedVersion({ functionVersion, weights }: Alias, draw: number): string {
  for (const [version, weight] of Object.entries(weights)) if (draw < weight) return version
  return functionVersion
}
