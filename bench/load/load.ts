/** A server that is loaded: every request is a POST of this JSON. */
export interface Target {
  url: string
  body: string
  headers?: Record<string, string>
}

export interface Load {
  clients: number
  seconds: number
}

export interface Figures {
  p50Ms: number
  p99Ms: number
  perSecond: number
}
