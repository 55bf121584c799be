import { useState } from 'preact/hooks'
import { type Action, useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { percent } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Choice, TextField } from '../parts/field.tsx'
import { Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import type { Alias } from '../types.ts'

interface AliasesProps {
  name: string
  /** Numbers, ascending. */
  versions: readonly string[]
}

/** Names that point at versions; moving one moves its calls, triggers and address at once. */
export function Aliases({ name, versions }: AliasesProps) {
  const route = path`/functions/${name}/aliases`
  const found = useResource<{ aliases: Alias[] }>(route)
  const action = useAction()
  const change = (done: string, alias: string, sent: object | undefined) =>
    action.run(async () => {
      const method = sent === undefined ? 'DELETE' : 'PUT'
      await call(`${method} ${route}/${encodeURIComponent(alias)}`, sent && { json: sent })
      found.reload()
      return done
    })
  return (
    <section class="card" aria-label="Aliases">
      <h3>Aliases</h3>
      <Loaded of={found} what="aliases">
        {({ aliases }) => (
          <>
            {aliases.length === 0 ? (
              <p class="faint">
                No aliases yet. Call an alias instead of the current state, and a rollback is one
                press.
              </p>
            ) : (
              <AliasTable aliases={aliases} versions={versions} action={action} change={change} />
            )}
            {versions.length > 0 && (
              <PointAlias versions={versions} isBusy={action.isRunning} change={change} />
            )}
          </>
        )}
      </Loaded>
      <Outcome action={action} what="aliases" />
    </section>
  )
}

type Change = (done: string, alias: string, sent: object | undefined) => void

interface AliasTableProps {
  aliases: Alias[]
  versions: readonly string[]
  action: Action
  change: Change
}

function AliasTable({ aliases, versions, action: { isRunning }, change }: AliasTableProps) {
  return (
    <Table
      caption="Aliases"
      rows={aliases}
      keyOf={({ name }) => name}
      columns={[
        { title: 'Alias', cell: ({ name }) => <strong>{name}</strong> },
        { title: 'Points at', cell: shown },
        {
          title: '',
          cell: ({ name, functionVersion, weights }) => {
            const before = versions[versions.indexOf(functionVersion) - 1]
            const isSplit = Object.keys(weights).length > 0
            return (
              <span class="row tight">
                {isSplit && (
                  <button
                    type="button"
                    disabled={isRunning}
                    onClick={() =>
                      change(`${name} points at version ${functionVersion} alone`, name, {
                        functionVersion,
                      })
                    }
                  >
                    All to {functionVersion}
                  </button>
                )}
                {before !== undefined && (
                  <button
                    type="button"
                    disabled={isRunning}
                    onClick={() =>
                      change(`${name} points at version ${before} again`, name, {
                        functionVersion: before,
                      })
                    }
                  >
                    Roll back to {before}
                  </button>
                )}
                <Confirm
                  label="Delete"
                  question="Its calls find nothing then."
                  isDisabled={isRunning}
                  onYes={() => change(`Deleted ${name}`, name, undefined)}
                />
              </span>
            )
          },
        },
      ]}
    />
  )
}

function shown({ functionVersion, weights }: Alias): string {
  const [[other, share] = []] = Object.entries(weights)
  if (other === undefined || share === undefined) return functionVersion
  return `${functionVersion} (${percent(1 - share)}), ${other} (${percent(share)})`
}

interface PointAliasProps {
  versions: readonly string[]
  isBusy: boolean
  change: Change
}

function PointAlias({ versions, isBusy, change }: PointAliasProps) {
  const newest = versions.at(-1) ?? ''
  const [alias, setAlias] = useState('')
  const [version, setVersion] = useState(newest)
  const [other, setOther] = useState('')
  const [share, setShare] = useState('10')
  const submit = (event: Event) => {
    event.preventDefault()
    const weights = other === '' ? {} : { [other]: Number(share) / 100 }
    change(`${alias} points at version ${version}`, alias, { functionVersion: version, weights })
  }
  const numbers = versions.toReversed().map((number): [string, string] => [number, number])
  return (
    <form onSubmit={submit} aria-label="Point an alias">
      <div class="row">
        <TextField label="Alias" value={alias} onText={setAlias} isRequired placeholder="live" />
        <Choice label="Version" value={version} options={numbers} onChoice={setVersion} />
        <Choice
          label="Share with"
          value={other}
          options={[['', 'no other'], ...numbers.filter(([number]) => number !== version)]}
          onChoice={setOther}
        />
        {other !== '' && (
          <TextField label="Its share (%)" type="number" value={share} onText={setShare} />
        )}
        <button type="submit" disabled={isBusy}>
          Point it there
        </button>
      </div>
    </form>
  )
}
