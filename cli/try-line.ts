import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Declaration } from './declaration.ts'
import type { ClientSettings } from './settings.ts'

/**
 * One line for a shell that makes a function run by the trigger that it has, with the first file of the
 * `sample/` in its folder; `folder` is how the line names that.
 */
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
    const parts = key.split('/').map(encodeURIComponent)
    const place = `${url}/buckets/${watched.bucket}/objects/${parts.join('/')}`
    return `${curl} -T ${quoted(sample)} ${quoted(place)}`
  }
  if (declaration.triggers.some((trigger) => trigger.type === 'event') && sample) {
    const type = 'content-type: application/cloudevents+json'
    return `${curl} -H '${type}' -d ${quoted(`@${sample}`)} ${quoted(`${url}/events`)}`
  }
  const invoke = `hearth invoke ${declaration.name}`
  return sample ? `${invoke} --file ${quoted(sample)}` : invoke
}

async function sampleOf(folder: string): Promise<string | undefined> {
  const directory = path.join(folder, 'sample')
  const names = await readdir(directory).catch(() => [])
  const name = names.filter((one) => !/^(\.|readme)/i.test(one)).sort()[0]
  return name && path.join(directory, name)
}

/** For a shell, whatever it holds. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
