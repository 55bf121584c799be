/** One event of a stream: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface ServerSentEvent {
  /** By which a reader resumes; has no line end. */
  id?: string
  event: string
  /** Is sent as JSON, which has no line end. */
  data: unknown
}

export const EVENT_STREAM = 'text/event-stream; charset=utf-8'

export function eventText({ id, event, data }: ServerSentEvent): string {
  const named = id === undefined ? '' : `id: ${id}\n`
  return `${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Is no event: only moves the place where a reader resumes. */
export function idText(id: string): string {
  return `id: ${id}\n\n`
}

/** Is no event: shows that the connection lives. */
export const HEARTBEAT = ': \n\n'

/** After so many milliseconds a reader whose connection broke comes again. */
export function retryText(ms: number): string {
  return `retry: ${ms}\n\n`
}
