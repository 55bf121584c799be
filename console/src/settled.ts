import { useEffect, useState } from 'preact/hooks'

const SETTLED_MS = 300

/** What is typed, once nothing was typed for a moment: each letter would ask the platform anew. */
export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
