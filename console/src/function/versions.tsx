import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { useForm } from '../form.ts'
import { ago, bytes } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Empty, Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import type { FunctionDefinition } from '../types.ts'
import { Aliases } from './aliases.tsx'
import { useVersions } from './all-versions.ts'
import { readAgain, restore } from './change-function.ts'
import type { PartProps } from './part-props.ts'
import { isSameState } from './same-state.ts'
import { Saving } from './saving.tsx'

/** Published states of the function, the names that point at them, and the ways back. */
export function Versions(props: PartProps) {
  const { name } = props.definition
  const found = useVersions(name)
  const reload = () => {
    found.reload()
    props.reload()
  }
  return (
    <section>
      <h2 class="unseen">Versions</h2>
      <Loaded of={found} what="versions">
        {(versions) => (
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
                <VersionTable {...props} versions={versions} reload={found.reload} />
              )}
            </section>
          </>
        )}
      </Loaded>
    </section>
  )
}

const NOTHING = { description: '' }

function Publish({ name, onPublished }: { name: string; onPublished(): void }) {
  const publish = async (json: Partial<typeof NOTHING>) => {
    const { version } = await call<FunctionDefinition>(
      `POST ${path`/functions/${name}/versions`}`,
      { json },
    )
    return `The current state is version ${version}`
  }
  const { entered, change, submit, action } = useForm(NOTHING, publish, onPublished)
  return (
    <form onSubmit={submit} aria-label="Publish">
      <div class="row">
        <TextField label="Description" value={entered.description} onText={change('description')} />
        <button type="submit" class="primary" disabled={action.isRunning}>
          Publish the current state
        </button>
      </div>
      <Outcome action={action} what="versions" />
    </form>
  )
}

function VersionTable(props: PartProps & { versions: FunctionDefinition[] }) {
  const { definition, versions, reload } = props
  const action = useAction()
  const isPublished = versions.some((one) => isSameState(one, definition))
  const rollBack = (version: string) =>
    action.run(async () => {
      await restore(props, version)
      return `The function is as version ${version} again: the next call runs it`
    })
  const remove = (version: string) =>
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
            cell: (one) =>
              `${one.version}${isSameState(one, definition) ? ' (the current state)' : ''}`,
          },
          { title: 'State of', cell: ({ lastModified }) => ago(lastModified) },
          { title: 'Description', cell: ({ description }) => description },
          { title: 'Size', isNumber: true, cell: ({ codeSize }) => bytes(codeSize) },
          {
            title: '',
            cell: (one) => (
              <span class="row tight">
                {isSameState(one, definition) ? null : (
                  <RollBack
                    to={one.version}
                    isLosing={!isPublished}
                    isDisabled={action.isRunning}
                    onRollBack={() => rollBack(one.version)}
                  />
                )}
                <Confirm
                  label="Delete"
                  question="It is gone for good."
                  onYes={() => remove(one.version)}
                  isDisabled={action.isRunning}
                />
              </span>
            ),
          },
        ]}
      />
      <Saving action={action} what="versions" onLoad={() => readAgain(props)} />
    </>
  )
}

interface RollBackProps {
  to: string
  /** The current state is nowhere else. */
  isLosing: boolean
  isDisabled: boolean
  onRollBack(): void
}

function RollBack({ to, isLosing, isDisabled, onRollBack }: RollBackProps) {
  const label = `Roll back to ${to}`
  if (isLosing) {
    const question = 'The current state is no version, and is lost.'
    return <Confirm {...{ label, question, isDisabled }} onYes={onRollBack} />
  }
  return (
    <button type="button" disabled={isDisabled} onClick={onRollBack}>
      {label}
    </button>
  )
}
