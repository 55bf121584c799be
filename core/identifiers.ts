import { Type } from 'typebox'

/** Names that would reach a prototype where they are keys of an object. */
export const NOT_A_KEY = '(?!(?:__proto__|constructor|prototype)(?:$|:))'

/** The one key that no backup takes; others are data where objects have them as their own. */
export const NOT_PROTO = '(?!__proto__$)'

export const FunctionName = Type.String({
  pattern: `^${NOT_A_KEY}[a-zA-Z0-9-_]{1,64}$`,
  description:
    'Letters, digits, "-" and "_", at most 64; no "__proto__", "constructor", "prototype"',
})

/** The platform's own bucket, for code packages; no function and no caller reaches it. */
export const CODE_BUCKET = 'hearth-code'

export const BucketName = Type.String({
  pattern: `^(?!${CODE_BUCKET}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`,
  description: 'Lower-case letters, digits, "." and "-"; 3 to 63',
})
