const MISSING = '–'

/** 0.4 ms, 12 ms, 1.23 s, 4 min 2 s. */
export function duration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return MISSING
  if (ms < 10) return `${round(ms, 2)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${round(ms / 1000, 2)} s`
  return span(ms)
}

/** 42 s, 5 min, 3 h, 2 d: how old something is. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}

export function ago(time: string | undefined, nowMs = Date.now()): string {
  if (time === undefined) return MISSING
  const ms = nowMs - Date.parse(time)
  return ms < 1000 ? 'now' : `${span(ms)} ago`
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  if (count < 1024 * 1024) return `${round(count / 1024, 1)} kB`
  if (count < 1024 ** 3) return `${round(count / 1024 / 1024, 1)} MB`
  return `${round(count / 1024 ** 3, 1)} GB`
}

export function count(value: number | undefined): string {
  return value === undefined ? MISSING : value.toLocaleString('en')
}

/** 0 %, 0.3 %, 12 %. */
export function percent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return MISSING
  return `${round(share * 100, share < 0.1 ? 1 : 0)} %`
}

/** A price is small: it keeps three digits that say something. */
export function usd(value: number | undefined): string {
  if (value === undefined) return MISSING
  if (value === 0) return '$0'
  return value < 0.01
    ? `$${Number(value.toPrecision(2)).toFixed(8).replace(/0+$/, '')}`
    : `$${value.toFixed(2)}`
}

/** As the clock here shows it. */
export function clock(time: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime())
    ? time
    : date.toLocaleTimeString('en-GB', { hour12: false }) + fraction(date)
}

/** The same, with the day where that is another than the one of `start`. */
export function clockSince(start: string, time: string): string {
  const isSameDay = dayOf(new Date(start)) === dayOf(new Date(time))
  return isSameDay ? clock(time) : `${dayOf(new Date(time))} ${clock(time)}`
}

/** Which all times here are of: Europe/Berlin. */
export function zone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

export function moment(time: string | undefined): string {
  if (time === undefined) return MISSING
  const date = new Date(time)
  return `${dayOf(date)} ${date.toLocaleTimeString('en-GB', { hour12: false })}`
}

/** 2026-01-31 */
function dayOf(date: Date): string {
  return date.toLocaleDateString('sv-SE')
}

function fraction(date: Date): string {
  return `.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function round(value: number, places: number): number {
  return Number(value.toFixed(places))
}
