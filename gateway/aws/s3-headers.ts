/** Headers as Node has them raw: name, value, name, value, … */
export type RawHeaders = readonly string[]

/** What is said to the next party alone, and what Node answers itself (`Expect`). */
const OF_ONE_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** Without those that concern one hop, or that `drop` names (in lower case); order and spelling stay. */
export function passedOn(headers: RawHeaders, drop: (name: string) => boolean): string[] {
  const named = new Set(
    valuesOf(headers, 'connection').flatMap((value) => value.toLowerCase().split(/\s*,\s*/)),
  )
  const passed: string[] = []
  eachHeader(headers, (name, value) => {
    const lower = name.toLowerCase()
    if (!OF_ONE_HOP.has(lower) && !named.has(lower) && !drop(lower)) passed.push(name, value)
  })
  return passed
}

export function valuesOf(headers: RawHeaders, wanted: string): string[] {
  const values: string[] = []
  eachHeader(headers, (name, value) => {
    if (name.toLowerCase() === wanted) values.push(value)
  })
  return values
}

export function eachHeader(
  headers: RawHeaders,
  visit: (name: string, value: string) => void,
): void {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    visit(headers[index] as string, headers[index + 1] as string)
  }
}
