import type { BackupManifest } from '../core/functions/backup.ts'
import { ScheduleRecord } from '../core/triggers/schedule-store.ts'
import { targetArn } from '../core/triggers/target-members.ts'
import { checkScheduleInput } from './aws/scheduler.ts'
import {
  attempt,
  label,
  refuseBackup,
  requireDistinct,
  requireSchedule,
  validator,
} from './backup-check.ts'

const checkFields = validator(ScheduleRecord)

/** Checks the schedules of a backup. Throws InvalidBackup. */
export function checkSchedules({ schedules }: BackupManifest): void {
  for (const schedule of schedules) {
    const what = label('schedule', schedule.name)
    checkFields(schedule, what)
    const { expression, timezone, target } = schedule
    const { Arn, Input } = target
    attempt(what, () => requireSchedule(expression, timezone))
    if (Arn !== targetArn(schedule)) refuseBackup(`${what}: "target.Arn" is of another function`)
    if (Input !== undefined) attempt(what, () => checkScheduleInput(Input))
  }
  requireDistinct(schedules.map(({ name }) => label('schedule', name)))
}
