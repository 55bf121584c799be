import { Field } from '../parts/field.tsx'

interface TextAreaProps {
  label: string
  value: string
  rows?: number
  hint?: string
  isRequired?: boolean
  placeholder?: string
  /** Not readable over a shoulder. */
  isConcealed?: boolean
  onText(text: string): void
}

/** A field of several lines. */
export function TextArea(props: TextAreaProps) {
  const { label, hint, value, rows = 4, isRequired = false, isConcealed, placeholder } = props
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      {(id, hintId) => (
        <textarea
          id={id}
          class={isConcealed ? 'mono concealed' : 'mono'}
          rows={rows}
          value={value}
          required={isRequired}
          autocomplete="off"
          spellcheck={false}
          {...(placeholder !== undefined && { placeholder })}
          {...(hintId !== undefined && { 'aria-describedby': hintId })}
          onInput={(event) => props.onText(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
