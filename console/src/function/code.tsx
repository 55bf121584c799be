import { useEffect, useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { CodeEditor } from '../editor/code-editor.tsx'
import { bytes } from '../format.ts'
import { Empty, Failure, Outcome } from '../parts/notice.tsx'
import { apiErrorOf } from '../resource.ts'
import { NotEditable, readZip } from '../zip-reader.ts'
import { readPackage } from './code-package.ts'
import type { PartProps } from './part-props.ts'

type Source =
  | { state: 'reading' }
  | { state: 'open'; files: Record<string, string> }
  | { state: 'closed'; reason: string }
  | { state: 'failed'; error: ReturnType<typeof apiErrorOf> }

/** Small sources are edited and deployed here; others are uploaded. */
export function Code(props: PartProps) {
  const { definition, reload } = props
  const { name, codeSha256, codeSize } = definition
  const [source, setSource] = useState<Source>({ state: 'reading' })
  const [round, setRound] = useState(0)
  useEffect(() => {
    let isGone = false
    void readSource(name).then((next) => !isGone && setSource(next))
    return () => {
      isGone = true
    }
  }, [name, round])
  const readAgain = () => {
    reload()
    setSource({ state: 'reading' })
    setRound(round + 1)
  }
  return (
    <section>
      <h2 class="unseen">Code</h2>
      {source.state === 'reading' && <p class="faint">Reading the code …</p>}
      {source.state === 'failed' && <Failure error={source.error} what="the code of functions" />}
      {source.state === 'closed' && (
        <Empty title={`This package of ${bytes(codeSize)} is not edited here: ${source.reason}`}>
          <p>Upload a new one below, or deploy its folder from the command line.</p>
        </Empty>
      )}
      {source.state === 'open' && <Files files={source.files} {...props} />}
      <Upload {...props} reload={readAgain} />
      <p class="faint">
        Handler {definition.handler}, {bytes(codeSize)}, SHA-256{' '}
        <span class="hash">{codeSha256}</span>
      </p>
    </section>
  )
}

async function readSource(name: string): Promise<Source> {
  try {
    return { state: 'open', files: await readZip(await readPackage({ name })) }
  } catch (error) {
    if (error instanceof NotEditable) return { state: 'closed', reason: error.message }
    return { state: 'failed', error: apiErrorOf(error) }
  }
}

function Files({
  definition: { name },
  files,
  reload,
}: PartProps & { files: Record<string, string> }) {
  const [texts, setTexts] = useState(files)
  const [deployed, setDeployed] = useState(files)
  const [open, setOpen] = useState(Object.keys(files)[0] ?? 'index.mjs')
  const action = useAction()
  const isChanged = Object.entries(texts).some(([file, text]) => deployed[file] !== text)
  const deploy = () =>
    action.run(async () => {
      const started = performance.now()
      await call(`PUT ${path`/functions/${name}/code`}`, { json: { files: texts } })
      setDeployed(texts)
      reload()
      return `Deployed in ${Math.round(performance.now() - started)} ms: the next call runs it`
    })
  return (
    <>
      <fieldset class="files" aria-label="Files">
        {Object.keys(texts).map((file) => (
          <button
            key={file}
            type="button"
            aria-pressed={file === open}
            onClick={() => setOpen(file)}
          >
            {file}
            {deployed[file] !== texts[file] && <span title="changed"> •</span>}
          </button>
        ))}
      </fieldset>
      <CodeEditor
        name={open}
        text={texts[open] ?? ''}
        onText={(text) => setTexts((before) => ({ ...before, [open]: text }))}
        onSave={deploy}
      />
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={!isChanged || action.isRunning}
          onClick={deploy}
        >
          {action.isRunning ? 'Deploying …' : 'Deploy'}
        </button>
        <span class="faint">Ctrl S deploys as well</span>
      </div>
      <Outcome action={action} what="deploying code" />
    </>
  )
}

function Upload({ definition: { name }, reload }: PartProps) {
  const action = useAction()
  const upload = (event: Event & { currentTarget: HTMLInputElement }) => {
    const file = event.currentTarget.files?.[0]
    if (!file) return
    const form = new FormData()
    form.set('code', file)
    action.run(async () => {
      await call(`PUT ${path`/functions/${name}/code`}`, { body: form, deadlineMs: 120_000 })
      reload()
      return `Deployed ${file.name}`
    })
  }
  return (
    <details>
      <summary>Upload a package</summary>
      <label>
        A .zip of the function folder, or one .js, .mjs, .cjs, .ts or .mts file{' '}
        <input
          type="file"
          accept=".zip,.js,.mjs,.cjs,.ts,.mts"
          disabled={action.isRunning}
          onChange={upload}
        />
      </label>
      <Outcome action={action} what="deploying code" />
    </details>
  )
}
