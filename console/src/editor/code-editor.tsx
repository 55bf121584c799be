import { useEffect, useRef, useState } from 'preact/hooks'
import type { Editor } from './code-mirror.ts'

interface CodeEditorProps {
  /** Another one begins another text. */
  name: string
  text: string
  onText(text: string): void
  onSave?(): void
}

/** The editor, which is loaded when it is first needed; until then, and without it, a plain field. */
export function CodeEditor({ name, text, onText, onSave }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const [isThere, setIsThere] = useState(false)
  const now = useRef({ onText, onSave, text })
  now.current = { onText, onSave, text }

  useEffect(() => {
    let editor: Editor | undefined
    let isGone = false
    import('./code-mirror.ts').then(
      ({ openEditor }) => {
        if (isGone || !place.current) return
        editor = openEditor(place.current, {
          text: now.current.text,
          label: `Text of ${name}; Escape, then Tab leaves it`,
          onText: (changed) => now.current.onText(changed),
          onSave: () => now.current.onSave?.(),
        })
        setIsThere(true)
      },
      // The plain field stays.
      () => undefined,
    )
    return () => {
      isGone = true
      editor?.destroy()
    }
  }, [name])

  return (
    <>
      <div ref={place} class="editor" hidden={!isThere} />
      {!isThere && (
        <textarea
          class="editor-plain"
          aria-label={`Text of ${name}`}
          rows={16}
          spellcheck={false}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
    </>
  )
}
