import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { type Static, type TSchema, Type } from 'typebox'
import { Errors } from 'typebox/value'
import { FunctionConfiguration } from '../core/functions/function.ts'
import { FunctionName } from '../core/identifiers.ts'
import { TRIGGER_INPUTS, TriggerInput } from '../core/triggers/trigger.ts'
import { Problem } from './problem.ts'

export const DECLARATION_FILE = 'hearth.json'

const Build = Type.Enum(['bundle', 'zip'], {
  description:
    'bundle: code and dependencies in one file, by esbuild; zip: the folder as it lies there, with ' +
    'its production dependencies. If not given, TypeScript is bundled',
})

const Settings = Type.Object(
  {
    name: FunctionName,
    build: Type.Optional(Build),
    ...Type.Partial(FunctionConfiguration).properties,
  },
  { additionalProperties: false },
)

const SchemaField = Type.Optional(
  Type.String({ description: 'For editors: the schema of this file' }),
)

const Triggers = Type.Array(TriggerInput, {
  description: 'All that the function has: others are removed. If not given, they stay as they are',
})

const FunctionFile = Type.Object(
  { $schema: SchemaField, ...Settings.properties, triggers: Type.Optional(Triggers) },
  { additionalProperties: false, description: 'A function: the fields of POST /functions' },
)

const Member = Type.Object(
  {
    folder: Type.Optional(
      Type.String({ description: 'Of its code; the folder of this file if not given' }),
    ),
    ...Settings.properties,
    triggers: Type.Optional(Triggers),
  },
  { additionalProperties: false },
)

const ProjectFile = Type.Object(
  { $schema: SchemaField, functions: Type.Array(Member, { minItems: 1, maxItems: 1000 }) },
  { additionalProperties: false, description: 'Several functions' },
)

/** What a `hearth.json` may be; `npm run schema` writes it down for editors. */
export const DeclarationFile = Type.Union([FunctionFile, ProjectFile], {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'hearth.json',
})

/** A function as its folder declares it: the fields of `POST /functions`, and its triggers. */
export interface Declaration {
  name: string
  /** The `hearth.json` that declares it, absolute; its folder without links, as that of the code. */
  file: string
  /** Of its code, absolute and without links. */
  folder: string
  build: 'bundle' | 'zip' | undefined
  /** Only what is declared; a field that is left out keeps its value on the platform. */
  configuration: Partial<FunctionConfiguration>
  triggers: TriggerInput[]
  /** Whether `triggers` are all that it has; else those that it has are let alone. */
  declaresTriggers: boolean
}

/** Reads all functions that a folder's `hearth.json` declares. Throws Problem, with every mistake in the message. */
export async function readDeclarations(folder: string): Promise<Declaration[]> {
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
  const declarations = declarationsOf(parseObject(text, file), file)
  const place = await realpath(folder)
  for (const declaration of declarations) {
    declaration.file = path.join(place, DECLARATION_FILE)
    // Where a link leads is not there yet, or not any more: packing it says so.
    declaration.folder = await realpath(declaration.folder).catch(() => declaration.folder)
  }
  return declarations
}

function declarationsOf(value: Record<string, unknown>, file: string): Declaration[] {
  if (!Object.hasOwn(value, 'functions')) return [declarationOf(value, { file, place: '' })]
  const { $schema: _schema, functions, ...others } = value
  if (!Array.isArray(functions)) throw mistaken(file, ['"functions" must be an array'])
  if (functions.length === 0) throw mistaken(file, ['"functions" must have one at least'])
  const unknown = Object.keys(others).map((name) => `it has an unknown field: "${name}"`)
  if (unknown.length > 0) throw mistaken(file, unknown)
  return functions.map((member: unknown, index) =>
    declarationOf(member, { file, place: `functions.${index}` }),
  )
}

function parseObject(text: string, file: string): Record<string, unknown> {
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
  return value
}

/** Where a declaration stands: its file, and the field in it, empty where it is the whole. */
interface Standing {
  file: string
  place: string
}

function declarationOf(value: unknown, { file, place }: Standing): Declaration {
  if (!isRecord(value)) throw mistaken(file, [`"${place}" must be an object`])
  const { $schema: _schema, triggers, folder = '.', ...settings } = value
  const mistakes = [
    ...(place ? [] : unknownFolder(value)),
    ...mistakesOf(Settings, settings, place),
    ...triggerMistakes(triggers ?? [], place ? `${place}.triggers` : 'triggers'),
  ]
  if (typeof folder !== 'string') mistakes.push(`"${place}.folder" must be a string`)
  if (mistakes.length > 0) throw mistaken(file, mistakes)
  const { name, build, ...configuration } = settings as Static<typeof Settings>
  return {
    name,
    file: path.resolve(file),
    folder: path.resolve(path.dirname(file), String(folder)),
    build: build as Declaration['build'],
    configuration,
    triggers: (triggers ?? []) as TriggerInput[],
    declaresTriggers: triggers !== undefined,
  }
}

/** The code of a function with a file of its own lies beside it. */
function unknownFolder(value: object): string[] {
  return Object.hasOwn(value, 'folder') ? ['it has unknown fields: "folder"'] : []
}

/** Every bucket that the function reads, writes or is triggered by, each once. */
export function bucketsOf({ configuration, triggers }: Declaration): string[] {
  const { read = [], write = [] } = configuration.buckets ?? {}
  const watched = triggers.flatMap((trigger) => (trigger.type === 'object' ? trigger.bucket : []))
  return [...new Set([...watched, ...read, ...write])]
}

function mistaken(file: string, mistakes: string[]): Problem {
  const [only = '', ...others] = mistakes
  const lines =
    others.length === 0 ? ` ${only}` : mistakes.map((mistake) => `\n  - ${mistake}`).join('')
  return new Problem(
    `${file} is not valid:${lines}`,
    'Correct these fields; they are the fields of POST /functions and of its triggers.',
  )
}

function triggerMistakes(triggers: unknown, place: string): string[] {
  if (!Array.isArray(triggers)) return [`"${place}" must be an array`]
  return triggers.flatMap((trigger: unknown, index) => {
    const member = `${place}.${index}`
    const type = isRecord(trigger) ? trigger.type : undefined
    if (!isTriggerType(type)) {
      const known = Object.keys(TRIGGER_INPUTS).map((name) => `"${name}"`)
      return [`"${member}.type" must be one of ${known.join(', ')}`]
    }
    return mistakesOf(TRIGGER_INPUTS[type], trigger, member)
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
