import { type Static, Type } from 'typebox'

/** `*` stands for any characters, none included, and `?` for one. */
export const Statement = Type.Object(
  {
    effect: Type.Optional(Type.Enum(['Allow', 'Deny'], { description: 'Default: Allow' })),
    actions: Type.Array(
      Type.String({
        maxLength: 256,
        pattern: '^(?:\\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+)$',
        description: '"service:Action" with * and ? as wildcards, or "*"',
      }),
      { minItems: 1, maxItems: 100 },
    ),
    resources: Type.Array(
      Type.String({
        maxLength: 2048,
        pattern: '^(?:\\*|arn:[^\\s]+)$',
        description: 'an ARN with * and ? as wildcards, or "*"',
      }),
      { minItems: 1, maxItems: 100 },
    ),
  },
  { additionalProperties: false },
)
export type Statement = Static<typeof Statement>

/** One thing that somebody wants to do. */
export interface Asked {
  /** As `lambda:InvokeFunction`. */
  action: string
  /** An ARN, or `*` where it is about no single thing. */
  resource: string
}

export type Verdict = 'allowed' | 'denied by a statement' | 'allowed by no statement'

/**
 * What a key's statements say: nothing is allowed but what one of them allows, and one that denies
 * wins. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function judge(statements: readonly Statement[], asked: Asked): Verdict {
  let verdict: Verdict = 'allowed by no statement'
  for (const statement of statements) {
    if (!isAbout(statement, asked)) continue
    if (statement.effect === 'Deny') return 'denied by a statement'
    verdict = 'allowed'
  }
  return verdict
}

/** Whether a statement may deny the action on some of what `pattern`, with a star at its end, stands for. */
export function deniesSome(
  statements: readonly Statement[],
  action: string,
  pattern: string,
): boolean {
  const start = pattern.replace(/\*$/, '')
  return statements.some(
    ({ effect, actions, resources }) =>
      effect === 'Deny' &&
      actions.some((one) => matches(one.toLowerCase(), action.toLowerCase())) &&
      resources.some((one) => {
        const [fixed = ''] = one.split(/[*?]/, 1)
        return fixed.startsWith(start) || start.startsWith(fixed)
      }),
  )
}

function isAbout({ actions, resources }: Statement, { action, resource }: Asked): boolean {
  const wanted = action.toLowerCase()
  return (
    actions.some((pattern) => matches(pattern.toLowerCase(), wanted)) &&
    resources.some((pattern) => matches(pattern, resource))
  )
}

/** Goes back to the last star alone, so that no text takes longer than pattern times text. */
function matches(pattern: string, text: string): boolean {
  let at = 0
  let star = -1
  let afterStar = 0
  let index = 0
  while (index < text.length) {
    if (pattern[at] === '*') {
      star = at
      afterStar = index
      at += 1
    } else if (pattern[at] === '?' || pattern[at] === text[index]) {
      at += 1
      index += 1
    } else if (star >= 0) {
      at = star + 1
      afterStar += 1
      index = afterStar
    } else {
      return false
    }
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}
