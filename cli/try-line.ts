import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Declaration } from './declaration.ts'
import type { ClientSettings } from './settings.ts'

/** One line for a shell that makes a function run, with the first file of its `sample/` folder. */
export async function tryLine(
  folder: string,
  declaration: Declaration,
  { url, apiKey }: ClientSettings,
): Promise<string> {
  const sample = await sampleOf(folder)
  const curl = apiKey ? 'curl -H "Authorization: Bearer $HEARTH_API_KEY"' : 'curl'
  const watched = declaration.triggers.find((trigger) => trigger.type === 'object')
  if (watched && sample) {
    const key = `${watched.prefix ?? ''}${path.basename(sample)}`
    const place = `${url}/buckets/${watched.bucket}/objects/${encodeURI(key)}`
    return `${curl} -T ${quoted(sample)} ${place}`
  }
  const body = sample ? quoted(`@${sample}`) : "'{}'"
  if (declaration.triggers.some((trigger) => trigger.type === 'event') && sample) {
    return `${curl} -H 'content-type: application/cloudevents+json' -d ${body} ${url}/events`
  }
  const route = `${url}/functions/${declaration.name}/invocations`
  return `${curl} -H 'content-type: application/json' -d ${body} ${route}`
}

async function sampleOf(folder: string): Promise<string | undefined> {
  const directory = path.join(folder, 'sample')
  const names = await readdir(directory).catch(() => [])
  const name = names.filter((one) => !/^(\.|readme)/i.test(one)).sort()[0]
  return name && path.join(directory, name)
}

function quoted(word: string): string {
  return /^[\w@./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
