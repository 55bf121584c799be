/** Several values in one field of a form, apart by commas, spaces or lines. */
export function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}

export function asText(words: readonly string[] = []): string {
  return words.join(', ')
}
