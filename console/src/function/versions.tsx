import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { ago, bytes } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Empty, Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import type { FunctionDefinition } from '../types.ts'
import { Aliases } from './aliases.tsx'
import { readPackage } from './code-package.ts'
import type { PartProps } from './part-props.ts'

/** Published states of the function, the names that point at them, and the ways back. */
export function Versions(props: PartProps) {
  const { name } = props.definition
  const found = useResource<{ versions: FunctionDefinition[] }>(
    path`/functions/${name}/versions?limit=100`,
  )
  const reload = () => {
    found.reload()
    props.reload()
  }
  return (
    <section>
      <h2 class="unseen">Versions</h2>
      <Loaded of={found} what="versions">
        {({ versions }) => (
          <>
            <Aliases name={name} versions={versions.map(({ version }) => version)} />
            <section class="card" aria-label="Versions">
              <h3>Versions</h3>
              <Publish name={name} onPublished={reload} />
              {versions.length === 0 ? (
                <Empty title="Nothing is published yet">
                  <p>
                    Publish the current state: it keeps its number, never changes, and can be come
                    back to.
                  </p>
                </Empty>
              ) : (
                <VersionTable {...props} versions={versions} reload={reload} />
              )}
            </section>
          </>
        )}
      </Loaded>
    </section>
  )
}

function Publish({ name, onPublished }: { name: string; onPublished(): void }) {
  const [description, setDescription] = useState('')
  const action = useAction()
  const publish = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      const json = description === '' ? {} : { description }
      const { version } = await call<FunctionDefinition>(
        `POST ${path`/functions/${name}/versions`}`,
        { json },
      )
      setDescription('')
      onPublished()
      return `The current state is version ${version}`
    })
  }
  return (
    <form onSubmit={publish} aria-label="Publish">
      <div class="row">
        <TextField label="Description" value={description} onText={setDescription} />
        <button type="submit" class="primary" disabled={action.isRunning}>
          Publish the current state
        </button>
      </div>
      <Outcome action={action} what="versions" />
    </form>
  )
}

function VersionTable({
  definition,
  versions,
  reload,
}: PartProps & { versions: FunctionDefinition[] }) {
  const action = useAction()
  const rollBack = (version: FunctionDefinition) =>
    action.run(async () => {
      await restore(version)
      reload()
      return `The function is as version ${version.version} again: the next call runs it`
    })
  const remove = ({ version }: FunctionDefinition) =>
    action.run(async () => {
      await call(`DELETE ${path`/functions/${definition.name}/versions/${version}`}`)
      reload()
      return `Deleted version ${version}`
    })
  return (
    <>
      <Table
        caption="Versions, newest first"
        rows={versions.toReversed()}
        keyOf={({ version }) => version}
        columns={[
          {
            title: 'Version',
            cell: ({ version, codeSha256 }) =>
              `${version}${codeSha256 === definition.codeSha256 ? ' (the current code)' : ''}`,
          },
          { title: 'Published', cell: ({ lastModified }) => ago(lastModified) },
          { title: 'Description', cell: ({ description }) => description },
          { title: 'Size', isNumber: true, cell: ({ codeSize }) => bytes(codeSize) },
          {
            title: '',
            cell: (version) => (
              <span class="row tight">
                <button type="button" disabled={action.isRunning} onClick={() => rollBack(version)}>
                  Roll back to {version.version}
                </button>
                <Confirm
                  label="Delete"
                  question="It is gone for good."
                  onYes={() => remove(version)}
                  isDisabled={action.isRunning}
                />
              </span>
            ),
          },
        ]}
      />
      <Outcome action={action} what="versions" />
    </>
  )
}

/** Makes the current state what a version was: its configuration and its code, which the next call runs. */
async function restore(version: FunctionDefinition): Promise<void> {
  const { name, handler, runtime, environment, memoryMb, timeoutSeconds, layers } = version
  const zip = await readPackage({ name, qualifier: version.version })
  await call(`PATCH ${path`/functions/${name}`}`, {
    json: {
      handler,
      runtime,
      environment,
      memoryMb,
      timeoutSeconds,
      layers: layers.map(({ arn }) => arn),
    },
  })
  await call(`PUT ${path`/functions/${name}/code`}`, {
    body: zip,
    headers: { 'content-type': 'application/zip' },
    deadlineMs: 120_000,
  })
}
