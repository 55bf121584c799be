import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { CodeEditor } from '../editor/code-editor.tsx'
import { Choice } from '../parts/field.tsx'
import { Outcome } from '../parts/notice.tsx'
import { apiErrorOf } from '../resource.ts'
import {
  eventOptions,
  FIRST_EVENT,
  keepDrafts,
  readDrafts,
  savedChoice,
  savedTitle,
  textOf,
} from './event-drafts.ts'
import { type Called, invoke, invokeLater } from './invoke.ts'
import { InvokeResult } from './invoke-result.tsx'
import type { PartProps } from './part-props.ts'
import { useQualifierOptions } from './qualifiers.ts'
import { readSavedEvents, removeSavedEvent, saveEvent } from './saved-events.ts'

/** Calls the function, and shows all that came of it. */
export function TestPane({ definition: { name } }: PartProps) {
  const qualifiers = useQualifierOptions(name)
  const [qualifier, setQualifier] = useState('')
  const [chosen, setChosen] = useState(FIRST_EVENT)
  const [drafts, setDrafts] = useState(() => readDrafts(name))
  const [saved, setSaved] = useState(() => readSavedEvents(name))
  const [called, setCalled] = useState<Called>()
  const action = useAction()
  const text = drafts[chosen] ?? textOf(chosen, saved)
  const draft = (texts: Record<string, string>) => {
    setDrafts(texts)
    keepDrafts(name, texts)
  }
  const call = () =>
    action.run(async () => {
      requireJson(text)
      setCalled(undefined)
      setCalled(await invoke({ name, qualifier }, text))
      return undefined
    })
  const later = () =>
    action.run(async () => {
      requireJson(text)
      const { id } = await invokeLater({ name, qualifier }, text)
      return `Accepted as ${id}: it is under Invocations`
    })
  return (
    <section>
      <h2 class="unseen">Test</h2>
      <div class="row">
        <Choice label="Event" value={chosen} options={eventOptions(saved)} onChoice={setChosen} />
        {qualifiers.length > 1 && (
          <Choice label="Calls" value={qualifier} options={qualifiers} onChoice={setQualifier} />
        )}
        <SavedEvents
          name={name}
          text={text}
          chosen={chosen}
          onChange={(events, next) => {
            const { [chosen]: _stored, [next]: _old, ...others } = drafts
            draft(others)
            setSaved(events)
            setChosen(next)
          }}
        />
      </div>
      <CodeEditor
        key={chosen}
        name="the event"
        text={text}
        onText={(written) => draft({ ...drafts, [chosen]: written })}
      />
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

/** Before it is sent: else it counts as an invocation that has failed. */
function requireJson(text: string): void {
  if (text.trim() === '') return
  try {
    JSON.parse(text)
  } catch (error) {
    throw new Error(`The event is no JSON: ${(error as Error).message}`)
  }
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
      onChange(saveEvent(name, title, text), savedChoice(title))
      setTitle('')
      setProblem(undefined)
    } catch (error) {
      setProblem(apiErrorOf(error).message)
    }
  }
  const known = savedTitle(chosen)
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
          {known !== undefined && (
            <button
              type="button"
              onClick={() => onChange(removeSavedEvent(name, known), FIRST_EVENT)}
            >
              Forget
            </button>
          )}
        </span>
      </div>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}
