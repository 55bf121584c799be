import { useEffect, useRef, useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { chosenFile } from '../chosen-file.ts'
import { bytes } from '../format.ts'
import { Empty, Failure } from '../parts/notice.tsx'
import { apiErrorOf } from '../resource.ts'
import type { FunctionDefinition } from '../types.ts'
import { checkPackedSize, NotEditable, readZip } from '../zip-reader.ts'
import { deploy, readAgain } from './change-function.ts'
import { CodeFiles } from './code-files.tsx'
import { readPackage } from './code-package.ts'
import type { PartProps } from './part-props.ts'
import { Saving } from './saving.tsx'

type Source =
  | { state: 'reading' }
  | { state: 'open'; files: Record<string, string>; reading: number }
  | { state: 'closed'; reason: string }
  | { state: 'failed'; error: ReturnType<typeof apiErrorOf> }

/** Small sources are edited and deployed here; others are uploaded. */
export function Code(props: PartProps) {
  const { name, codeSha256, codeSize, handler } = props.definition
  const [source, setSource] = useState<Source>({ state: 'reading' })
  const deployedHere = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (deployedHere.current === codeSha256) return
    let isGone = false
    // What is open stays open meanwhile, with what is edited in it.
    void readSource({ name, codeSize }).then((next) => !isGone && setSource(next))
    return () => {
      isGone = true
    }
  }, [name, codeSha256, codeSize])
  const deployFiles = async (files: Record<string, string>) => {
    const deployed = await deploy(props, { json: { files } })
    deployedHere.current = deployed.codeSha256
    setSource((before) => (before.state === 'open' ? { ...before, files } : before))
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
      {source.state === 'open' && isBuilt(source.files) && (
        <p class="note">
          The command line has built this of a folder: what is edited here is replaced by the next
          deployment from there.
        </p>
      )}
      {source.state === 'open' && (
        <CodeFiles
          files={source.files}
          reading={source.reading}
          deploy={deployFiles}
          onLoad={() => readAgain(props)}
        />
      )}
      <Upload {...props} />
      <p class="faint">
        Handler {handler}, {bytes(codeSize)}, SHA-256 <span class="hash">{codeSha256}</span>
      </p>
    </section>
  )
}

/** By its source map, which `hearth deploy` and `hearth dev` put beside what they bundle. */
function isBuilt(files: Record<string, string>): boolean {
  return Object.keys(files).some((name) => name.endsWith('.bundle.mjs.map'))
}

type Package = Pick<FunctionDefinition, 'name' | 'codeSize'>

async function readSource({ name, codeSize }: Package): Promise<Source> {
  try {
    checkPackedSize(codeSize)
    const files = await readZip(await readPackage(name))
    return { state: 'open', files, reading: performance.now() }
  } catch (error) {
    if (error instanceof NotEditable) return { state: 'closed', reason: error.message }
    return { state: 'failed', error: apiErrorOf(error) }
  }
}

function Upload(props: PartProps) {
  const action = useAction()
  const upload = (event: Event & { currentTarget: HTMLInputElement }) => {
    const file = chosenFile(event)
    if (!file) return
    const form = new FormData()
    form.set('code', file)
    action.run(async () => {
      await deploy(props, { body: form, deadlineMs: 120_000 })
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
      <Saving action={action} what="deploying code" onLoad={() => readAgain(props)} />
    </details>
  )
}
