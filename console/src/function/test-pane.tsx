import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { CodeEditor } from '../editor/code-editor.tsx'
import { Choice } from '../parts/field.tsx'
import { Outcome } from '../parts/notice.tsx'
import { apiErrorOf } from '../resource.ts'
import { SAMPLE_EVENTS } from '../sample-events.ts'
import { type Called, invoke, invokeLater } from './invoke.ts'
import { InvokeResult } from './invoke-result.tsx'
import type { PartProps } from './part-props.ts'
import { readSavedEvents, removeSavedEvent, saveEvent } from './saved-events.ts'

const SAMPLE = 'sample:'
const SAVED = 'saved:'

/** Calls the function, and shows all that came of it. */
export function TestPane({ definition: { name } }: PartProps) {
  const [chosen, setChosen] = useState(`${SAMPLE}${SAMPLE_EVENTS[0]?.title}`)
  const [text, setText] = useState(() => pretty(SAMPLE_EVENTS[0]?.event))
  const [saved, setSaved] = useState(() => readSavedEvents(name))
  const [called, setCalled] = useState<Called>()
  const action = useAction()
  const choose = (value: string) => {
    setChosen(value)
    const event = value.startsWith(SAVED)
      ? saved[value.slice(SAVED.length)]
      : pretty(SAMPLE_EVENTS.find(({ title }) => `${SAMPLE}${title}` === value)?.event)
    if (event !== undefined) setText(event)
  }
  const call = () =>
    action.run(async () => {
      setCalled(undefined)
      setCalled(await invoke({ name }, text))
      return undefined
    })
  const later = () =>
    action.run(
      async () => `Accepted as ${(await invokeLater({ name }, text)).id}: it is under Invocations`,
    )
  return (
    <section>
      <h2 class="unseen">Test</h2>
      <div class="row">
        <Choice
          label="Event"
          value={chosen}
          options={[
            ...SAMPLE_EVENTS.map(({ title }) => [`${SAMPLE}${title}`, title] as const),
            ...Object.keys(saved).map((title) => [`${SAVED}${title}`, `★ ${title}`] as const),
          ]}
          onChoice={choose}
        />
        <SavedEvents
          name={name}
          text={text}
          chosen={chosen}
          onChange={(events, next) => {
            setSaved(events)
            setChosen(next)
          }}
        />
      </div>
      <CodeEditor key={chosen} name="the event" text={text} onText={setText} onSave={call} />
      <div class="row">
        <button type="button" class="primary" disabled={action.isRunning} onClick={call}>
          {action.isRunning ? 'Calling …' : 'Call'}
        </button>
        <button type="button" disabled={action.isRunning} onClick={later}>
          Call later (asynchronously)
        </button>
      </div>
      <Outcome action={action} what="calling functions" />
      {called && <InvokeResult name={name} called={called} />}
    </section>
  )
}

interface SavedEventsProps {
  name: string
  text: string
  chosen: string
  onChange(events: Record<string, string>, chosen: string): void
}

function SavedEvents({ name, text, chosen, onChange }: SavedEventsProps) {
  const [title, setTitle] = useState('')
  const [problem, setProblem] = useState<string>()
  const save = () => {
    try {
      onChange(saveEvent(name, title, text), `${SAVED}${title}`)
      setTitle('')
      setProblem(undefined)
    } catch (error) {
      setProblem(apiErrorOf(error).message)
    }
  }
  const isSaved = chosen.startsWith(SAVED)
  const remove = () =>
    onChange(
      removeSavedEvent(name, chosen.slice(SAVED.length)),
      `${SAMPLE}${SAMPLE_EVENTS[0]?.title}`,
    )
  return (
    <>
      <div class="field">
        <label for="event-name">Save it as</label>
        <span class="row tight">
          <input
            id="event-name"
            value={title}
            maxLength={60}
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
          <button type="button" disabled={title.trim() === ''} onClick={save}>
            Save
          </button>
          {isSaved && (
            <button type="button" onClick={remove}>
              Forget
            </button>
          )}
        </span>
      </div>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}

function pretty(event: unknown): string {
  return JSON.stringify(event ?? {}, null, 2)
}
