import { useForm } from '../form.ts'
import { Choice, TextField } from '../parts/field.tsx'
import type { FunctionDefinition } from '../types.ts'
import { configure, readAgain } from './change-function.ts'
import type { PartProps } from './part-props.ts'
import { Saving } from './saving.tsx'
import { TextArea } from './text-area.tsx'
import { asText, wordsOf } from './words.ts'

const RECORDED = [
  ['', 'that they were'],
  ['bodies', 'event and answer as well'],
] as const

/** What the function reaches, is made of, and what is kept of it. */
export function Surroundings(props: PartProps) {
  const { entered, change, submit, action, isChanged } = useForm(
    enteredOf(props.definition),
    async (changed, all) => {
      await configure(props, fieldsOf(changed, all))
      return 'Saved: the next call goes by it'
    },
  )
  return (
    <form class="card" onSubmit={submit} aria-label="Surroundings">
      <h3>Surroundings</h3>
      <TextField
        label="Egress"
        value={entered.egress}
        onText={change('egress')}
        hint="public, none, or host:port, host:port"
      />
      <div class="row">
        <TextField
          label="Buckets it reads"
          value={entered.read}
          onText={change('read')}
          hint="Those of its triggers as well"
        />
        <TextField label="Buckets it writes" value={entered.write} onText={change('write')} />
      </div>
      <TextArea
        label="Layers"
        value={entered.layers}
        onText={change('layers')}
        rows={2}
        hint="ARNs of versions, a line each; later ones cover earlier ones"
      />
      <div class="row">
        <Choice
          label="Kept of its invocations"
          value={entered.bodies}
          options={RECORDED}
          onChoice={change('bodies')}
        />
        <TextField
          label="But never the values of"
          value={entered.redact}
          onText={change('redact')}
          hint="password, headers.authorization"
        />
      </div>
      <TextArea
        label="Tags"
        value={entered.tags}
        onText={change('tags')}
        rows={2}
        hint="name=value, a line each"
      />
      <button type="submit" class="primary" disabled={!isChanged || action.isRunning}>
        Save
      </button>
      <Saving action={action} what="configuring functions" onLoad={() => readAgain(props)} />
    </form>
  )
}

function enteredOf({ egress, buckets, layers, record, tags }: FunctionDefinition) {
  return {
    egress: typeof egress === 'string' ? egress : asText(egress),
    read: asText(buckets.read),
    write: asText(buckets.write),
    layers: layers.map(({ arn }) => arn).join('\n'),
    bodies: record?.bodies ? 'bodies' : '',
    redact: asText(record?.redact),
    tags: Object.entries(tags)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  }
}

type Entered = ReturnType<typeof enteredOf>

/** The fields of the function that something has changed in; what belongs to one field goes together. */
function fieldsOf(changed: Partial<Entered>, all: Entered): object {
  const has = (...fields: (keyof Entered)[]) => fields.some((field) => field in changed)
  const egress = all.egress.trim()
  const isWord = egress === 'public' || egress === 'none'
  return {
    ...(has('egress') && { egress: isWord ? egress : wordsOf(egress) }),
    ...(has('read', 'write') && {
      buckets: { read: wordsOf(all.read), write: wordsOf(all.write) },
    }),
    ...(has('layers') && { layers: wordsOf(all.layers) }),
    ...(has('bodies', 'redact') && {
      record: { bodies: all.bodies !== '', redact: wordsOf(all.redact) },
    }),
    ...(has('tags') && { tags: tagsOf(all.tags) }),
  }
}

function tagsOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      if (at < 1) throw new Error(`"${line}" is no tag: it takes name=value`)
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )
}
