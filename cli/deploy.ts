import { createHash } from 'node:crypto'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { FunctionConfiguration, FunctionDefinition } from '../core/functions/function.ts'
import type { Trigger, TriggerInput } from '../core/triggers/trigger.ts'
import { Client } from './client.ts'
import { bucketsOf, type Declaration, readDeclaration } from './declaration.ts'
import { type CodePackage, packageFolder } from './package-folder.ts'
import { Problem } from './problem.ts'
import { type ClientSettings, readClientSettings } from './settings.ts'
import { tryLine } from './try-line.ts'

export interface Deployment extends ClientSettings {
  /** The function's folder, with its `hearth.json`. */
  folder: string
  /** Where installed dependencies are kept for the next time. */
  cacheDirectory: string
  /** Called with one line for each step. */
  say(line: string): void
}

/**
 * Brings a function's folder, its buckets and its triggers onto a running platform. Doing it again
 * changes only what differs. Throws Problem.
 */
export async function deploy(deployment: Deployment): Promise<Declaration> {
  const { folder, cacheDirectory, say } = deployment
  const client = new Client(deployment)
  const declaration = await readDeclaration(folder)
  const code = await packageFolder(folder, cacheDirectory)
  say(`Packed ${folder}: ${code.files} files, ${sizeOf(code.zip.length)}`)
  for (const bucket of bucketsOf(declaration)) {
    const { status } = await client.send(`PUT /buckets/${bucket}`)
    say(`Bucket ${bucket}: ${status === 201 ? 'created' : 'there already'}`)
  }
  say(await putFunction(client, declaration, code))
  for (const line of await putTriggers(client, declaration)) say(line)
  return declaration
}

async function putFunction(
  client: Client,
  { name, configuration }: Declaration,
  { zip }: CodePackage,
): Promise<string> {
  const zipped = zip.toString('base64')
  const { status, body } = await client.send(`GET /functions/${name}`, undefined, 404)
  if (status === 404) {
    await client.send('POST /functions', { name, ...configuration, zip: zipped })
    return `Function ${name}: created`
  }
  const current = body as FunctionDefinition
  const changes: string[] = []
  if (differs(current, configuration)) {
    await client.send(`PATCH /functions/${name}`, configuration)
    changes.push('configuration')
  }
  if (current.codeSha256 !== createHash('sha256').update(zip).digest('base64')) {
    await client.send(`PUT /functions/${name}/code`, { zip: zipped })
    changes.push('code')
  }
  return `Function ${name}: ${changes.length > 0 ? `${changes.join(' and ')} updated` : 'unchanged'}`
}

function differs(current: FunctionDefinition, wanted: Partial<FunctionConfiguration>): boolean {
  const fields = Object.keys(wanted) as (keyof FunctionConfiguration)[]
  return fields.some((field) => !isDeepStrictEqual(current[field], wanted[field]))
}

async function putTriggers(client: Client, declaration: Declaration): Promise<string[]> {
  const route = `/functions/${declaration.name}/triggers`
  const { body } = await client.send(`GET ${route}`)
  // What is of a rule or schedule of AWS's is no folder's to name.
  const present = (body as { triggers: Trigger[] }).triggers.filter(({ origin }) => !origin)
  const wanted = declaration.triggers.map(essenceOf)
  const lines: string[] = []
  for (const trigger of present) {
    if (wanted.some((other) => isDeepStrictEqual(other, essenceOf(trigger)))) continue
    const words = `kept, although hearth.json does not name it; remove it with DELETE ${route}/${trigger.id}`
    lines.push(`Trigger ${summaryOf(trigger)}: ${words}`)
  }
  for (const trigger of declaration.triggers) {
    const essence = essenceOf(trigger)
    const known = present.some((other) => isDeepStrictEqual(essenceOf(other), essence))
    if (!known) await client.send(`POST ${route}`, trigger)
    lines.push(`Trigger ${summaryOf(trigger)}: ${known ? 'there already' : 'added'}`)
  }
  return lines
}

/** What makes two triggers the same: not their ids and dates, and defaults as if they were given. */
function essenceOf(trigger: TriggerInput | Trigger): object {
  switch (trigger.type) {
    case 'schedule': {
      const { type, schedule, timezone = 'UTC', input } = trigger
      return { type, schedule, timezone, input }
    }
    case 'object': {
      const { type, bucket, events = ['s3:ObjectCreated:*'], prefix = '', suffix = '' } = trigger
      return { type, bucket, events: [...events].sort(), prefix, suffix }
    }
    case 'event':
      return { type: trigger.type, pattern: trigger.pattern }
  }
}

function summaryOf(trigger: TriggerInput): string {
  switch (trigger.type) {
    case 'schedule':
      return `${trigger.schedule} ${trigger.timezone ?? 'UTC'}`
    case 'object':
      return `${trigger.bucket}/${trigger.prefix ?? ''}*${trigger.suffix ?? ''}`
    case 'event':
      return JSON.stringify(trigger.pattern)
  }
}

function sizeOf(bytes: number): string {
  return bytes < 1024 * 1024
    ? `${Math.ceil(bytes / 1024)} KB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

async function main(folder: string | undefined): Promise<void> {
  if (!folder) {
    throw new Problem(
      'No folder was named',
      'Name the folder of a function: npm run deploy -- functions/hello',
    )
  }
  const settings = readClientSettings()
  const cacheDirectory = path.join(import.meta.dirname, '..', '.hearth', 'packages')
  const say = (line: string) => console.log(line)
  const declaration = await deploy({ ...settings, folder, cacheDirectory, say })
  say('Try it:')
  say(`  ${await tryLine(folder, declaration, settings)}`)
}

if (import.meta.main) {
  try {
    await main(process.argv[2])
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    console.error(`${error.message}\n${error.remedy}`)
    process.exitCode = 1
  }
}
