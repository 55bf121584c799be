import type { FastifySchemaValidationError } from 'fastify'
import type { TSchema } from 'typebox'
import { HearthError } from '../core/errors.ts'
import { isOver, parseSchedule } from '../core/triggers/schedule-expression.ts'
import { AwsError } from './aws/aws-error.ts'
import { LambdaError } from './lambda/lambda-error.ts'
import { mistakesOf } from './mistakes.ts'
import { compileValidator } from './validation.ts'

/** What the checks of a backup's records are made of. Each throws InvalidBackup with the record and the reason. */

export function refuseBackup(reason: string, cause?: unknown): never {
  throw new HearthError('InvalidBackup', { reason }, { cause })
}

/** `what` is the record, in words. */
export function validator(schema: TSchema): (value: unknown, what: string) => void {
  const check = compileValidator({ schema, method: '', url: '', httpPart: 'body' })
  return (value, what) => {
    const { error } = check(value) as { error?: unknown }
    if (!error) return
    refuseBackup(`${what}: ${mistakesOf(error as FastifySchemaValidationError[], 'it').join('; ')}`)
  }
}

/** Runs a check that the routes have as well, in whichever way it refuses. */
export function attempt(what: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    const isRefusal = [HearthError, AwsError, LambdaError].some((type) => error instanceof type)
    if (!isRefusal) throw error
    refuseBackup(`${what}: ${(error as Error).message}`)
  }
}

export function requireDistinct(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) refuseBackup(`${name} is there twice`)
    seen.add(name)
  }
}

/** A record's kind and name, as messages have them. */
export function label(kind: string, name: string): string {
  return `${kind} ${JSON.stringify(name.slice(0, 100))}`
}

/** A schedule that is over was good once: it is restored, and stays over. Throws InvalidSchedule. */
export function requireSchedule(expression: string, timezone?: string): void {
  if (!isOver(expression, timezone)) parseSchedule(expression, timezone)
}
