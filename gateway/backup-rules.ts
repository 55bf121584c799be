import type { BackupManifest } from '../core/functions/backup.ts'
import { compilePattern } from '../core/triggers/event-pattern.ts'
import { Rule } from '../core/triggers/rule-store.ts'
import { targetArn } from '../core/triggers/target-members.ts'
import {
  attempt,
  label,
  refuseBackup,
  requireDistinct,
  requireSchedule,
  validator,
} from './backup-check.ts'
import { readFields } from './json-body.ts'

const checkFields = validator(Rule)

/** Checks the rules of a backup. Throws InvalidBackup. */
export function checkRules({ rules }: BackupManifest): void {
  for (const rule of rules) checkRule(rule, label('rule', rule.name))
  requireDistinct(rules.map(({ name }) => label('rule', name)))
}

function checkRule(rule: Rule, what: string): void {
  checkFields(rule, what)
  const { eventPattern, scheduleExpression, targets } = rule
  if (eventPattern === undefined && scheduleExpression === undefined) {
    refuseBackup(`${what} has neither a pattern nor a schedule`)
  }
  if (eventPattern !== undefined) {
    attempt(what, () => compilePattern(readFields(Buffer.from(eventPattern))))
  }
  if (scheduleExpression !== undefined) {
    attempt(what, () => requireSchedule(scheduleExpression))
    if (scheduleExpression.startsWith('at(')) refuseBackup(`${what}: rules have no at(...)`)
  }
  for (const target of targets) {
    const { arn, input } = target
    const whose = `${label('target', target.id)} of ${what}`
    if (arn !== targetArn(target)) refuseBackup(`${whose}: "arn" is of another function`)
    if (input !== undefined) attempt(whose, () => readFields(Buffer.from(input)))
  }
  requireDistinct(targets.map(({ id }) => `${label('target', id)} of ${what}`))
}
