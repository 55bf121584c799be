import { useEffect } from 'preact/hooks'

const QUESTION = 'What you have changed here is not saved. Leave all the same?'

const unsaved = new Set<symbol>()

/** While `isChanged`, the page is not left without a question: by a link, by going back, or by closing it. */
export function useUnsaved(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return
    const mine = Symbol()
    unsaved.add(mine)
    return () => {
      unsaved.delete(mine)
    }
  }, [isChanged])
}

export function mayLeave(): boolean {
  return unsaved.size === 0 || confirm(QUESTION)
}

/** What was on the page is stored, or gone for good: leaving it needs no question. */
export function forgetUnsaved(): void {
  unsaved.clear()
}

window.addEventListener('beforeunload', (event) => {
  if (unsaved.size > 0) event.preventDefault()
})
