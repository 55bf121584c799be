import type { TriggerInput } from '../../core/triggers/trigger.ts'
import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { misuse } from '../problem.ts'
import { table } from '../table.ts'
import { triggerText } from '../trigger-plan.ts'

export async function list({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = ''] = words
  const params = { path: { name } }
  const { triggers } = answered(await client.api.GET('/functions/{name}/triggers', { params }))
  screen.result({ triggers }, () =>
    triggers.length === 0
      ? [`Nothing calls ${name} by itself: see "hearth triggers add --help"`]
      : table([
          ['ID', 'TYPE', 'WHEN', 'CALLS'],
          ...triggers.map((one) => [
            one.id,
            one.type,
            triggerText(one),
            one.qualifier ?? '$LATEST',
          ]),
        ]),
  )
}

interface AddOptions {
  schedule?: string
  timezone?: string
  input?: unknown
  bucket?: string
  event?: string[]
  prefix?: string
  suffix?: string
  pattern?: unknown
  qualifier?: string
}

export async function add({ client, screen }: Context, given: Given<AddOptions>): Promise<void> {
  const [name = ''] = given.words
  const input = inputOf(given.options)
  if (input.type === 'object') {
    const { bucket } = input
    const { response } = await client.api.PUT('/buckets/{bucket}', { params: { path: { bucket } } })
    if (response.status === 201) screen.note(`Bucket ${bucket}: created`, { createdBucket: bucket })
  }
  const params = { path: { name } }
  const trigger = answered(
    await client.api.POST('/functions/{name}/triggers', { params, body: input }),
  )
  screen.result(trigger, () => [`Trigger ${triggerText(trigger)}: added, ${trigger.id}`])
}

/** What of `options` belongs to which type; an option of another type is refused. */
function inputOf(options: AddOptions): TriggerInput {
  const { schedule, bucket, pattern, qualifier } = options
  const kinds = [schedule, bucket, pattern].filter((kind) => kind !== undefined)
  if (kinds.length !== 1) {
    throw misuse(
      kinds.length === 0 ? 'No trigger was named' : 'Several triggers were named',
      'Give exactly one of --schedule, --bucket and --pattern.',
    )
  }
  const { timezone, input, event, prefix, suffix } = options
  const ofSchedule = present({ timezone, input })
  const ofBucket = present({ events: event, prefix, suffix })
  const stray = Object.keys({
    ...(schedule === undefined && ofSchedule),
    ...(bucket === undefined && ofBucket),
  })
  if (stray.length > 0) {
    throw misuse(
      `--${stray[0]?.replace('events', 'event')} is of another type of trigger`,
      'Leave it out.',
    )
  }
  const called = present({ qualifier })
  if (schedule !== undefined) return { type: 'schedule', schedule, ...ofSchedule, ...called }
  if (bucket !== undefined)
    return { type: 'object', bucket, ...ofBucket, ...called } as TriggerInput
  return { type: 'event', pattern: pattern as Record<string, unknown>, ...called }
}

function present<T extends object>(fields: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [Key in keyof T]?: NonNullable<T[Key]> }
}

export async function remove(
  { client, screen }: Context,
  { words, options }: Given<{ yes?: boolean }>,
): Promise<void> {
  const [name = '', id = ''] = words
  await confirm(screen, `Remove the trigger ${id} of ${name}?`, options)
  await client.api.DELETE('/functions/{name}/triggers/{id}', { params: { path: { name, id } } })
  screen.result({ removed: id }, () => [`Trigger ${id}: removed`])
}
