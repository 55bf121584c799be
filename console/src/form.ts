import { useState } from 'preact/hooks'
import { type Action, useAction } from './action.ts'
import { useUnsaved } from './unsaved.ts'

type Texts = Record<string, string>

export interface Form<T extends Texts> {
  entered: T
  isChanged: boolean
  /** Says nothing of the last saving once something else is entered. */
  action: Action
  change(field: keyof T): (text: string) => void
  submit(event: Event): void
}

/**
 * A form over what is known. What is entered stands on top of that until it is saved, so what is known may change
 * meanwhile. `save` gets the fields that differ, and all; what it resolves to is said.
 */
export function useForm<T extends Texts>(
  known: T,
  save: (changed: Partial<T>, entered: T) => Promise<string | undefined>,
  reload?: () => void,
): Form<T> {
  const [edits, setEdits] = useState<Partial<T>>({})
  const action = useAction(reload)
  const entered = { ...known, ...edits }
  const changed = fieldsOf(edits, (field, text) => text !== known[field])
  const isChanged = Object.keys(changed).length > 0
  useUnsaved(isChanged)
  const { done: _done, ...hushed } = action
  return {
    entered,
    isChanged,
    action: isChanged ? hushed : action,
    change: (field) => (text) => setEdits((before) => ({ ...before, [field]: text })),
    submit: (event) => {
      event.preventDefault()
      action.run(async () => {
        const done = await save(changed, entered)
        // What was entered while it was saved stays.
        setEdits((now) => fieldsOf(now, (field, text) => text !== entered[field]))
        return done
      })
    },
  }
}

function fieldsOf<T extends Texts>(
  fields: Partial<T>,
  isWanted: (field: keyof T, text: string) => boolean,
): Partial<T> {
  const wanted = Object.entries(fields).filter(([field, text]) => isWanted(field, text))
  return Object.fromEntries(wanted) as Partial<T>
}
