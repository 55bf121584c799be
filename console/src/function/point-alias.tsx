import { useForm } from '../form.ts'
import { Choice, TextField } from '../parts/field.tsx'
import type { Alias } from '../types.ts'
import { Saving } from './saving.tsx'

interface PointAliasProps {
  /** Numbers, ascending; one at least. */
  versions: readonly string[]
  aliases: readonly Alias[]
  point(alias: Omit<Alias, 'revisionId'> & { revisionId?: string }): Promise<void>
  reload(): void
}

/** Makes an alias or moves one, to a version or to two of them. */
export function PointAlias({ versions, aliases, point, reload }: PointAliasProps) {
  const known = { name: '', version: versions.at(-1) ?? '', other: '', share: '10' }
  const { entered, change, submit, action } = useForm(
    known,
    async (_changed, { name, version, other, share }) => {
      const isSplit = other !== '' && other !== version
      await point({
        description: '',
        ...aliases.find((alias) => alias.name === name),
        name,
        functionVersion: version,
        weights: isSplit ? { [other]: Number(share) / 100 } : {},
      })
      return `${name} points at version ${version}`
    },
    reload,
  )
  const { name, version, other, share } = entered
  const numbers = versions.toReversed().map((number): [string, string] => [number, number])
  const others = numbers.filter(([number]) => number !== version)
  const isSplit = others.some(([number]) => number === other)
  return (
    <form onSubmit={submit} aria-label="Point an alias">
      <div class="row">
        <TextField
          label="Alias"
          value={name}
          onText={change('name')}
          isRequired
          placeholder="live"
        />
        <Choice label="Version" value={version} options={numbers} onChoice={change('version')} />
        <Choice
          label="Share with"
          value={isSplit ? other : ''}
          options={[['', 'no other'], ...others]}
          onChoice={change('other')}
        />
        {isSplit && (
          <TextField label="Its share (%)" type="number" value={share} onText={change('share')} />
        )}
        <button type="submit" disabled={action.isRunning}>
          Point it there
        </button>
      </div>
      <Saving action={action} what="aliases" onLoad={async () => reload()} />
    </form>
  )
}
