import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { FunctionConfiguration, FunctionDefinition } from '../core/functions/function.ts'
import type { Trigger } from '../core/triggers/trigger.ts'
import { sizeOf } from './amount-text.ts'
import { answered, type Client } from './client.ts'
import { type BuiltPackage, buildPackage, type PackageOptions } from './code-package.ts'
import { bucketsOf, type Declaration } from './declaration.ts'
import { planTriggers, triggerText } from './trigger-plan.ts'
import type { CodePackage } from './zip-package.ts'

export interface Deployed {
  declaration: Declaration
  code: BuiltPackage
  /** What of the function is another now. */
  outcome: 'created' | 'updated' | 'unchanged'
}

export interface Deployment extends PackageOptions {
  client: Client
  /** Called with one line for what takes its time, or has changed beside the function itself. */
  say(line: string): void
  /** Called with one line for each other step. */
  detail?(line: string): void
}

/**
 * Brings a function, its buckets and its triggers onto a running platform, which serves it when this
 * resolves. Doing it again changes only what differs. Throws Problem.
 */
export async function deploy(declaration: Declaration, deployment: Deployment): Promise<Deployed> {
  const { client, say, detail = () => undefined } = deployment
  const code = await buildPackage(declaration, deployment)
  detail(`Packed ${declaration.folder}: ${code.files} files, ${sizeOf(code.zip.length)}`)
  for (const bucket of bucketsOf(declaration)) {
    const path = { params: { path: { bucket } } }
    const { response } = await client.api.PUT('/buckets/{bucket}', path)
    if (response.status === 201) say(`Bucket ${bucket}: created`)
    else detail(`Bucket ${bucket}: there already`)
  }
  const changes = await putFunction(client, declaration, code)
  const words = changes === 'created' ? changes : `${changes.join(' and ')} updated`
  detail(`Function ${declaration.name}: ${changes.length > 0 ? words : 'unchanged'}`)
  const changed = declaration.declaresTriggers && (await putTriggers(declaration, deployment))
  if (changes === 'created') return { declaration, code, outcome: 'created' }
  return { declaration, code, outcome: changes.length > 0 || changed ? 'updated' : 'unchanged' }
}

async function putFunction(
  { api, allowing }: Client,
  { name, configuration }: Declaration,
  { zip }: CodePackage,
): Promise<'created' | string[]> {
  const zipped = { zip: zip.toString('base64') }
  const params = { path: { name } }
  const { data } = await api.GET('/functions/{name}', { params, ...allowing(404) })
  if (!data) {
    await api.POST('/functions', { body: { name, ...configuration, ...zipped } as never })
    return 'created'
  }
  const current = data as unknown as FunctionDefinition
  const isOtherCode = current.codeSha256 !== createHash('sha256').update(zip).digest('base64')
  if (!differs(current, configuration)) {
    if (!isOtherCode) return []
    await api.PUT('/functions/{name}/code', { params, body: zipped })
    return ['code']
  }
  // In one step: a handler that was renamed is never looked for in the other code.
  const body = isOtherCode ? { ...configuration, ...zipped } : configuration
  await api.PATCH('/functions/{name}', { params, body: body as never })
  return isOtherCode ? ['configuration', 'code'] : ['configuration']
}

function differs(current: FunctionDefinition, wanted: Partial<FunctionConfiguration>): boolean {
  const fields = Object.keys(wanted) as (keyof FunctionConfiguration)[]
  return fields.some((field) => !isDeepStrictEqual(shown(current, field), wanted[field]))
}

/** Layers are answered with their packages, and declared by their ARNs. */
function shown(current: FunctionDefinition, field: keyof FunctionConfiguration): unknown {
  return field === 'layers' ? current.layers.map(({ arn }) => arn) : current[field]
}

/** Resolves with whether anything has changed. */
async function putTriggers(
  { name, triggers }: Declaration,
  { client: { api }, say, detail }: Deployment,
): Promise<boolean> {
  const params = { path: { name } }
  const present = answered(await api.GET('/functions/{name}/triggers', { params })).triggers
  const { add, keep, remove } = planTriggers(present as Trigger[], triggers)
  for (const trigger of keep) detail?.(`Trigger ${triggerText(trigger)}: there already`)
  // First what is new: what is caused in between is caused twice rather than not at all.
  for (const trigger of add) {
    await api.POST('/functions/{name}/triggers', { params, body: trigger as never })
    say(`Trigger ${triggerText(trigger)}: added`)
  }
  for (const trigger of remove) {
    const path = { name, id: trigger.id }
    await api.DELETE('/functions/{name}/triggers/{id}', { params: { path } })
    say(`Trigger ${triggerText(trigger)}: removed`)
  }
  return add.length + remove.length > 0
}
