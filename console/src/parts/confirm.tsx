import { useLayoutEffect, useRef, useState } from 'preact/hooks'

interface ConfirmProps {
  /** On the button; asked again with `question`, and done with `yes`. */
  label: string
  question: string
  yes?: string
  isDisabled?: boolean
  onYes(): void
}

/** A button that asks once more, in its own place: nothing covers the page, and Escape takes it back. */
export function Confirm({ label, question, yes = label, isDisabled = false, onYes }: ConfirmProps) {
  const [isAsking, setIsAsking] = useState(false)
  const next = useRef<HTMLButtonElement>(null)
  const wasAsking = useRef(false)
  // The keyboard stays where it was: on what the question is answered with, then on the button again.
  useLayoutEffect(() => {
    if (isAsking !== wasAsking.current) next.current?.focus()
    wasAsking.current = isAsking
  }, [isAsking])
  if (!isAsking) {
    return (
      <button
        ref={next}
        type="button"
        class="danger"
        // A disabled one could not have the keyboard back while what was asked for is done.
        aria-disabled={isDisabled}
        onClick={() => isDisabled || setIsAsking(true)}
      >
        {label}
      </button>
    )
  }
  const no = () => setIsAsking(false)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is for both buttons in it
    <span class="confirm" onKeyDown={(event) => event.key === 'Escape' && no()}>
      <span role="alert">{question}</span>
      <button
        type="button"
        class="danger"
        onClick={() => {
          no()
          onYes()
        }}
      >
        {yes}
      </button>
      <button type="button" onClick={no} ref={next}>
        Keep
      </button>
    </span>
  )
}
