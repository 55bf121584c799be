import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  label: string
  hint?: string
  children: (id: string, hintId: string | undefined) => ComponentChildren
}

/** A label that belongs to its control, and a hint that is read with it. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId()
  const hintId = hint === undefined ? undefined : `${id}-hint`
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, hintId)}
      {hint !== undefined && (
        <small id={hintId} class="faint">
          {hint}
        </small>
      )}
    </div>
  )
}

interface TextFieldProps {
  label: string
  value: string
  hint?: string
  type?: 'text' | 'number' | 'password' | 'datetime-local'
  isRequired?: boolean
  pattern?: string
  placeholder?: string
  onText(text: string): void
}

export function TextField({
  label,
  hint,
  value,
  onText,
  isRequired,
  type = 'text',
  ...rest
}: TextFieldProps) {
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      {(id, hintId) => (
        <input
          id={id}
          // Its kinds are types of their own; these take the same attributes.
          type={type as 'text'}
          value={value}
          required={isRequired ?? false}
          autocomplete="off"
          spellcheck={false}
          {...(hintId !== undefined && { 'aria-describedby': hintId })}
          {...rest}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

interface ChoiceProps {
  label: string
  value: string
  /** Value and what is shown for it. */
  options: readonly (readonly [string, string])[]
  onChoice(value: string): void
}

export function Choice({ label, value, options, onChoice }: ChoiceProps) {
  return (
    <Field label={label}>
      {(id) => (
        <select id={id} value={value} onChange={(event) => onChoice(event.currentTarget.value)}>
          {options.map(([option, shown]) => (
            <option key={option} value={option}>
              {shown}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
