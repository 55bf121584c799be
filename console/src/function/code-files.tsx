import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { CodeEditor } from '../editor/code-editor.tsx'
import { TextField } from '../parts/field.tsx'
import { useUnsaved } from '../unsaved.ts'
import { Saving } from './saving.tsx'

type Files = Record<string, string>
/** Files by their paths; undefined is one that was removed. */
type Edits = Record<string, string | undefined>

interface CodeFilesProps {
  /** As they are deployed. */
  files: Files
  /** Changes where they were read anew. */
  reading: number
  deploy(files: Files): Promise<void>
  onLoad(): Promise<unknown>
}

/** The files of a function: what is edited stands on top of what is deployed, until it is deployed itself. */
export function CodeFiles({ files, reading, deploy, onLoad }: CodeFilesProps) {
  const [edits, setEdits] = useState<Edits>({})
  const [chosen, setChosen] = useState<string>()
  const action = useAction()
  const texts = filesOf({ ...files, ...edits })
  const names = Object.keys(texts)
  const open = chosen !== undefined && chosen in texts ? chosen : (names[0] ?? 'index.mjs')
  const isChanged = Object.keys(without(edits, files)).length > 0
  useUnsaved(isChanged)
  const edit = (changed: Edits) => setEdits((before) => ({ ...before, ...changed }))
  const save = () =>
    action.run(async () => {
      const started = performance.now()
      await deploy(texts)
      // What was edited while it was deployed stays.
      setEdits((now) => without(now, texts))
      return `Deployed in ${Math.round(performance.now() - started)} ms: the next call runs it`
    })
  const { done: _done, ...hushed } = action
  return (
    <>
      <fieldset class="files" aria-label="Files">
        {names.map((file) => (
          <button
            key={file}
            type="button"
            aria-pressed={file === open}
            onClick={() => setChosen(file)}
          >
            {file}
            {files[file] !== texts[file] && <span title="changed"> •</span>}
          </button>
        ))}
      </fieldset>
      <CodeEditor
        key={`${reading} ${open}`}
        name={open}
        text={texts[open] ?? ''}
        onText={(text) => edit({ [open]: text })}
        onSave={() => isChanged && save()}
      />
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={!isChanged || action.isRunning}
          onClick={save}
        >
          {action.isRunning ? 'Deploying …' : 'Deploy'}
        </button>
        <span class="faint">Ctrl S deploys as well</span>
      </div>
      <FileNames texts={texts} open={open} edit={edit} onOpen={setChosen} />
      <Saving action={isChanged ? hushed : action} what="deploying code" onLoad={onLoad} />
    </>
  )
}

interface FileNamesProps {
  texts: Files
  open: string
  edit(changed: Edits): void
  onOpen(name: string): void
}

/** Adds, renames and removes files; nothing of it holds before it is deployed. */
function FileNames({ texts, open, edit, onOpen }: FileNamesProps) {
  const [name, setName] = useState('')
  const isNew = name.trim() !== '' && !(name.trim() in texts)
  const put = (changed: Edits) => {
    edit(changed)
    onOpen(name.trim())
    setName('')
  }
  const add = () => put({ [name.trim()]: '' })
  const rename = () => put({ [open]: undefined, [name.trim()]: texts[open] ?? '' })
  return (
    <details>
      <summary>Add, rename or remove files</summary>
      <div class="row">
        <TextField
          label="Path of a file"
          value={name}
          onText={setName}
          placeholder="lib/names.ts"
        />
        <button type="button" disabled={!isNew} onClick={add}>
          Add it
        </button>
        <button type="button" disabled={!isNew} onClick={rename}>
          Rename {open} to it
        </button>
        <button
          type="button"
          disabled={Object.keys(texts).length === 1}
          onClick={() => edit({ [open]: undefined })}
        >
          Remove {open}
        </button>
      </div>
    </details>
  )
}

function without(edits: Edits, files: Files): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([file, text]) => files[file] !== text))
}

function filesOf(edited: Edits): Files {
  return Object.fromEntries(
    Object.entries(edited).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
