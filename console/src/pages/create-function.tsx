import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call } from '../api.ts'
import { CodeEditor } from '../editor/code-editor.tsx'
import { TextField } from '../parts/field.tsx'
import { Outcome } from '../parts/notice.tsx'
import { go, Link } from '../router.tsx'
import { TEMPLATES, type Template } from '../templates.ts'
import { forgetUnsaved, useUnsaved } from '../unsaved.ts'

/** A new function: a name, and a template to begin with. */
export function CreateFunction() {
  const [name, setName] = useState('')
  const [template, setTemplate] = useState<Template>(TEMPLATES[0] as Template)
  // Of each template: another one takes nothing away that was written over this one.
  const [drafts, setDrafts] = useState<Record<string, string>>({})
  const text = drafts[template.id] ?? template.source
  const isChanged = TEMPLATES.some(({ id, source }) => (drafts[id] ?? source) !== source)
  useUnsaved(isChanged)
  const action = useAction()
  const submit = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      await call('POST /functions', { json: { name, files: { [template.file]: text } } })
      forgetUnsaved()
      go('functions', name, 'test')
      return undefined
    })
  }
  return (
    <>
      <p class="trail">
        <Link to={['functions']}>Functions</Link> <span aria-hidden="true">/</span>
      </p>
      <h1>New function</h1>
      <form onSubmit={submit}>
        <TextField
          label="Name"
          value={name}
          onText={setName}
          isRequired
          pattern="[A-Za-z0-9_\-]{1,64}"
          hint="Letters, digits, - and _; 64 at most"
        />
        <fieldset>
          <legend>Template</legend>
          <div class="templates">
            {TEMPLATES.map((one) => (
              <label key={one.id} class="template">
                <input
                  type="radio"
                  name="template"
                  checked={one === template}
                  onChange={() => setTemplate(one)}
                />
                <span>
                  <strong>{one.title}</strong>
                  <br />
                  <span class="faint">{one.about}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <CodeEditor
          key={template.id}
          name={template.file}
          text={text}
          onText={(written) => setDrafts((before) => ({ ...before, [template.id]: written }))}
        />
        <button type="submit" class="primary" disabled={action.isRunning}>
          {action.isRunning ? 'Creating …' : 'Create'}
        </button>
        <Outcome action={action} what="creating functions" />
      </form>
    </>
  )
}
