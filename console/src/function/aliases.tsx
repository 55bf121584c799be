import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { percent } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Loaded } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import type { Alias } from '../types.ts'
import { PointAlias } from './point-alias.tsx'
import { Saving } from './saving.tsx'

interface AliasesProps {
  name: string
  /** Numbers, ascending. */
  versions: readonly string[]
}

/** Names that point at versions; moving one moves its calls, triggers and address at once. */
export function Aliases({ name, versions }: AliasesProps) {
  const route = path`/functions/${name}/aliases`
  const found = useResource<{ aliases: Alias[] }>(route)
  const action = useAction(found.reload)
  const point = (alias: Alias, version: string) =>
    action.run(async () => {
      await pointAlias(route, { ...alias, functionVersion: version, weights: {} })
      return `${alias.name} points at version ${version} alone`
    })
  const remove = ({ name: alias }: Alias) =>
    action.run(async () => {
      await call(`DELETE ${route}/${encodeURIComponent(alias)}`)
      return `Deleted ${alias}`
    })
  const load = async () => found.reload()
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
              <AliasTable
                aliases={aliases}
                versions={versions}
                isBusy={action.isRunning}
                point={point}
                remove={remove}
              />
            )}
            {versions.length > 0 && (
              <PointAlias
                versions={versions}
                aliases={aliases}
                point={(alias) => pointAlias(route, alias)}
                reload={found.reload}
              />
            )}
          </>
        )}
      </Loaded>
      <Saving action={action} what="aliases" onLoad={load} />
    </section>
  )
}

/** What is not sent is not kept: so all of the alias is. Throws ApiError, RevisionMismatch where it was moved meanwhile. */
async function pointAlias(
  route: string,
  { name, ...alias }: Omit<Alias, 'revisionId'> & { revisionId?: string },
): Promise<void> {
  await call(`PUT ${route}/${encodeURIComponent(name)}`, { json: alias })
}

interface AliasTableProps {
  aliases: Alias[]
  versions: readonly string[]
  isBusy: boolean
  point(alias: Alias, version: string): void
  remove(alias: Alias): void
}

function AliasTable({ aliases, versions, isBusy, point, remove }: AliasTableProps) {
  return (
    <Table
      caption="Aliases"
      rows={aliases}
      keyOf={({ name }) => name}
      columns={[
        { title: 'Alias', cell: ({ name }) => <strong>{name}</strong> },
        { title: 'Points at', cell: shown },
        { title: 'Description', cell: ({ description }) => description },
        {
          title: '',
          cell: (alias) => (
            <span class="row tight">
              {offeredTo(alias, versions).map(([version, label]) => (
                <button
                  key={version}
                  type="button"
                  disabled={isBusy}
                  onClick={() => point(alias, version)}
                >
                  {label}
                </button>
              ))}
              <Confirm
                label="Delete"
                question="Its calls find nothing then."
                isDisabled={isBusy}
                onYes={() => remove(alias)}
              />
            </span>
          ),
        },
      ]}
    />
  )
}

/** Where one press can point it: at either side of a split, else at the version before. */
function offeredTo(alias: Alias, versions: readonly string[]): [version: string, label: string][] {
  const { functionVersion, weights } = alias
  const [other] = Object.keys(weights)
  if (other !== undefined)
    return [functionVersion, other].map((version) => [version, `All to ${version}`])
  const before = versions[versions.indexOf(functionVersion) - 1]
  return before === undefined ? [] : [[before, `Point at ${before}`]]
}

function shown({ functionVersion, weights }: Alias): string {
  const [[other, share] = []] = Object.entries(weights)
  if (other === undefined || share === undefined) return functionVersion
  return `${functionVersion} (${percent(1 - share)}), ${other} (${percent(share)})`
}
