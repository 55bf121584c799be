const PATH_BYTES_MAX = 1024
const SEGMENT_BYTES_MAX = 255
const CONTROL_CHARACTER = /\p{Cc}/u
const DRIVE = /^[a-zA-Z]:/

/**
 * Why a path may not stand in a code package; undefined where it may. A path is relative, uses
 * "/", and names something below the folder that it is unpacked into.
 */
export function packagePathMistake(path: string): string | undefined {
  if (path === '') return 'is empty'
  if (CONTROL_CHARACTER.test(path)) return 'has control characters'
  if (path.includes('\\')) return 'has a backslash'
  if (path.startsWith('/') || DRIVE.test(path)) return 'is absolute'
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `is longer than ${PATH_BYTES_MAX} bytes`
  for (const segment of path.split('/')) {
    if (segment === '..') return 'leads outside the package'
    if (segment === '' || segment === '.') return 'is not in its shortest form'
    if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX) {
      return `has a name of more than ${SEGMENT_BYTES_MAX} bytes`
    }
  }
  return undefined
}
