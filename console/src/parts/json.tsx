/** JSON to be read; text stays text, whatever it is. */
export function Json({ value, label }: { value: unknown; label: string }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="json" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  )
}
