/**
 * What a function wrote must not steer the terminal: control characters are shown as what they are.
 * Tabs and line ends stay.
 */
export function inert(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, escaped)
}

/** The same of what has one line to stand in. */
export function inertLine(text: string): string {
  return inert(text).replaceAll('\n', String.raw`\n`).replaceAll('\t', String.raw`\t`)
}

/** JSON on one line. It may have the second set of control characters as they are: here it has them as \u009b. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\u009f]/g, (one) => `\\u00${hex(one)}`)
}

function escaped(character: string): string {
  return `\\x${hex(character)}`
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0')
}
