/** A CloudEvent in its JSON format: https://github.com/cloudevents/spec */
export interface CloudEvent {
  id: string
  source: string
  type: string
  time?: string
  data?: unknown
}

interface Route {
  folder: string
  takes(event: CloudEvent): boolean
}

/** An event goes to every folder whose route takes it. Add yours here. */
const ROUTES: Route[] = [
  { folder: 'orders', takes: ({ type }) => type.startsWith('com.example.order.') },
  { folder: 'payments', takes: ({ type }) => type.startsWith('com.example.payment.') },
  { folder: 'alerts', takes: ({ type }) => type.endsWith('.failed') },
  { folder: 'alerts', takes: ({ data }) => numberIn(data, 'amount') >= 1000 },
]

/** The folders for an event, each once; `unrouted` when no route takes it, so that none is lost. */
export function foldersFor(event: CloudEvent): string[] {
  const folders = ROUTES.filter((route) => route.takes(event)).map((route) => route.folder)
  return folders.length > 0 ? [...new Set(folders)] : ['unrouted']
}

/** NaN where there is no such number: it is neither above nor below anything. */
function numberIn(data: unknown, field: string): number {
  if (typeof data !== 'object' || data === null) return Number.NaN
  const value: unknown = Reflect.get(data, field)
  return typeof value === 'number' ? value : Number.NaN
}
