import type { Settings } from '../core/settings.ts'
import type { Apt } from './apt.ts'
import type { Report } from './report.ts'

/** What every step of the set-up works with. */
export interface Setup {
  settings: Settings
  report: Report
  apt: Apt
}
