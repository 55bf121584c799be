import { type Static, Type } from 'typebox'
import { functionArn } from '../functions/function.ts'
import { Qualifier } from '../functions/qualifier.ts'
import { FunctionName } from '../identifiers.ts'
import { closed, maybe } from '../stored-schema.ts'

/** Members that targets of EventBridge's rules and of its Scheduler have alike. */
export const TargetArn = Type.String({ minLength: 1, maxLength: 1600 })

/**
 * What is done nowhere else is not done here: retries and dead letters are those of the function.
 * They are kept so that tools find them again.
 */
export const KEPT_MEMBERS = {
  RetryPolicy: Type.Optional(
    Type.Object(
      {
        MaximumRetryAttempts: Type.Optional(Type.Integer({ minimum: 0, maximum: 185 })),
        MaximumEventAgeInSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 86_400 })),
      },
      closed,
    ),
  ),
  DeadLetterConfig: Type.Optional(Type.Object({ Arn: Type.Optional(TargetArn) }, closed)),
}

/** The function that a target's ARN names. */
export const TARGET_FUNCTION = {
  functionName: FunctionName,
  /** Version or alias. */
  qualifier: maybe(Qualifier),
}
const TargetFunction = Type.Object(TARGET_FUNCTION)

export function targetArn({ functionName, qualifier }: Static<typeof TargetFunction>): string {
  return functionArn(qualifier === undefined ? functionName : `${functionName}:${qualifier}`)
}
