/**
 * Where the gateway takes calls of functions: `unix:<path>` in one process, `tcp://host:port`
 * between services. The pool's first line on a connection is the word and the token.
 */
export interface FunctionEntranceAddress {
  address: string
  token: string
}

export const ENTRANCE_WORD = 'FUNCTION'

/** What is said first, before the sandbox's own bytes. */
export function entranceLine({ token }: FunctionEntranceAddress): string {
  return `${ENTRANCE_WORD} ${token}\n`
}

/** To listen there, or to connect. */
export function entranceListener(
  address: string,
): { path: string } | { host: string; port: number } {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) }
  const { hostname, port } = new URL(address)
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}
