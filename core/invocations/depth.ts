/**
 * How many invocations stand behind another, each caused by the one before: by an object that it wrote,
 * or by its call of the platform. Whatever a sandbox asks of storage or of the API says it at the end of
 * its `User-Agent`, which S3 servers repeat in their events; absent is 0.
 */
export const DEPTH_MAX = 16

/** Whether a function's loops are left to run, as its owner may want it. */
export function isLoopAllowed(recursion: { recursiveLoop: 'Allow' | 'Terminate' } | undefined) {
  return recursion?.recursiveLoop === 'Allow'
}

const MARK = /\s*\bhearth-depth\/(\d{1,6})\b/g

export function depthMark(depth: number): string {
  return `hearth-depth/${depth}`
}

/** Of a `User-Agent`. */
function depthOf(userAgent: string | undefined): number {
  if (userAgent === undefined || !userAgent.includes('hearth-depth/')) return 0
  return Math.max(0, ...Array.from(userAgent.matchAll(MARK), ([, depth]) => Number(depth)))
}

/** As a cause or a request has it: absent where it is 0. */
export function depthField(userAgent: string | undefined): { depth?: number } {
  const depth = depthOf(userAgent)
  return depth > 0 ? { depth } : {}
}

export function withoutDepth(userAgent: string): string {
  return userAgent.replaceAll(MARK, '')
}
