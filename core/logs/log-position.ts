/**
 * A line's place in its function's log. Lines are numbered from 1 as they are written, those that were
 * dropped on the way included, so numbers that are missing tell how many lines are. A log that is
 * deleted and begun anew has a later `epoch`.
 */
export interface LogPosition {
  /** Epoch milliseconds at which the log began. */
  epoch: number
  /** 0 is before the first line. */
  number: number
}

const TEXT = /^(\d{1,15})-(\d{1,15})$/

/** What `parsePosition` reads. */
export const POSITION_PATTERN = TEXT.source

export function positionText({ epoch, number }: LogPosition): string {
  return `${epoch}-${number}`
}

/** Undefined where the text is no position. */
export function parsePosition(text: string): LogPosition | undefined {
  const [, epoch, number] = TEXT.exec(text) ?? []
  return epoch === undefined ? undefined : { epoch: Number(epoch), number: Number(number) }
}

export function isAfter(one: LogPosition, other: LogPosition): boolean {
  return one.epoch === other.epoch ? one.number > other.number : one.epoch > other.epoch
}
