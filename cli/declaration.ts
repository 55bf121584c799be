import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Static, type TSchema, Type } from 'typebox'
import { Errors } from 'typebox/value'
import { FunctionConfiguration } from '../core/functions/function.ts'
import { FunctionName } from '../core/identifiers.ts'
import { TRIGGER_INPUTS, type TriggerInput } from '../core/triggers/trigger.ts'
import { Problem } from './problem.ts'

export const DECLARATION_FILE = 'hearth.json'

const Settings = Type.Object(
  { name: FunctionName, ...Type.Partial(FunctionConfiguration).properties },
  { additionalProperties: false },
)

/** A function as its folder declares it: the fields of `POST /functions`, and its triggers. */
export interface Declaration {
  name: string
  /** Only what is declared; a field that is left out keeps its value on the platform. */
  configuration: Partial<FunctionConfiguration>
  triggers: TriggerInput[]
}

/** Reads `hearth.json` of a function's folder. Throws Problem, with every mistake in the message. */
export async function readDeclaration(folder: string): Promise<Declaration> {
  const file = path.join(folder, DECLARATION_FILE)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new Problem(
      `${file} cannot be read`,
      `Name a folder that has a ${DECLARATION_FILE}, for instance functions/hello.`,
      { cause },
    )
  }
  return parseDeclaration(text, file)
}

/** `file` is what the message calls the text. */
export function parseDeclaration(text: string, file: string): Declaration {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Problem(
      `${file} is not valid JSON: ${(cause as Error).message}`,
      'Correct it there; comments and commas at the end of a list are not taken.',
      { cause },
    )
  }
  if (!isRecord(value)) throw mistaken(file, ['it must be an object'])
  const { triggers = [], ...settings } = value
  const mistakes = [...mistakesOf(Settings, settings, ''), ...triggerMistakes(triggers)]
  if (mistakes.length > 0) throw mistaken(file, mistakes)
  const { name, ...configuration } = settings as Static<typeof Settings>
  return { name, configuration, triggers: triggers as TriggerInput[] }
}

/** Every bucket that the function reads, writes or is triggered by, each once. */
export function bucketsOf({ configuration, triggers }: Declaration): string[] {
  const { read = [], write = [] } = configuration.buckets ?? {}
  const watched = triggers.flatMap((trigger) => (trigger.type === 'object' ? trigger.bucket : []))
  return [...new Set([...watched, ...read, ...write])]
}

function mistaken(file: string, mistakes: string[]): Problem {
  const lines = mistakes.map((mistake) => `\n  - ${mistake}`).join('')
  return new Problem(
    `${file} is not valid:${lines}`,
    'Correct these fields; they are the fields of POST /functions and of its triggers.',
  )
}

function triggerMistakes(triggers: unknown): string[] {
  if (!Array.isArray(triggers)) return ['"triggers" must be an array']
  return triggers.flatMap((trigger: unknown, index) => {
    const place = `triggers.${index}`
    const type = isRecord(trigger) ? trigger.type : undefined
    if (!isTriggerType(type)) {
      const known = Object.keys(TRIGGER_INPUTS).map((name) => `"${name}"`)
      return [`"${place}.type" must be one of ${known.join(', ')}`]
    }
    return mistakesOf(TRIGGER_INPUTS[type], trigger, place)
  })
}

function isTriggerType(type: unknown): type is keyof typeof TRIGGER_INPUTS {
  return typeof type === 'string' && Object.hasOwn(TRIGGER_INPUTS, type)
}

function mistakesOf(schema: TSchema, value: unknown, place: string): string[] {
  const sentences = Errors(schema, value).flatMap((error) => {
    // An unknown field is told twice: by its own place too, as a value that no schema takes.
    if (error.keyword === 'boolean') return []
    const field = [place, ...error.instancePath.split('/').slice(1)].filter(Boolean).join('.')
    return `${field ? `"${field}"` : 'it'} ${sentenceOf(error)}`
  })
  return [...new Set(sentences)]
}

function sentenceOf({ keyword, params, message }: ReturnType<typeof Errors>[number]): string {
  if (keyword === 'additionalProperties') return `has unknown fields: ${quoted(params)}`
  if (keyword === 'required') return `lacks ${quoted(params)}`
  if (keyword === 'enum') return `must be one of ${quoted(params)}`
  return message
}

/** The names that an error speaks of: the one list among its parameters. */
function quoted(params: object): string {
  const names: unknown = Object.values(params).find(Array.isArray)
  return Array.isArray(names) ? names.map((name) => JSON.stringify(name)).join(', ') : ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
