import { cp, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Check } from 'typebox/value'
import { FunctionName } from '../../core/identifiers.ts'
import type { Context, Given } from '../command.ts'
import { DECLARATION_FILE } from '../declaration.ts'
import { isInside } from '../file-system.ts'
import { misuse, Problem } from '../problem.ts'
import { ROOT } from '../root.ts'

const TEMPLATES = path.join(ROOT, 'functions')
/** The least that a function needs. */
const DEFAULT_TEMPLATE = 'hello'
const REMEDY = 'Name a folder that is not there yet.'

interface InitOptions {
  template?: string
}

/** Copies a template. At a terminal it asks for what was not given, elsewhere it takes `hello`. */
export async function init({ screen }: Context, given: Given<InitOptions>): Promise<void> {
  const templates = await readTemplates()
  const template =
    given.options.template ??
    (screen.isInteractive ? await askTemplate(templates) : DEFAULT_TEMPLATE)
  if (!templates.has(template)) {
    throw misuse(
      `There is no template "${template}"`,
      `There are ${[...templates.keys()].join(', ')}.`,
    )
  }
  const folder = given.words[0] ?? (screen.isInteractive ? await askFolder(template) : template)
  const name = path.basename(path.resolve(folder))
  if (!Check(FunctionName, name)) {
    throw misuse(
      `"${name}" is no name of a function`,
      'Letters, digits, "-" and "_", at most 64; not "constructor" or "prototype".',
    )
  }
  await requireEmpty(folder)
  await copy(path.join(TEMPLATES, template), folder)
  await rename(folder, name)
  screen.result({ folder, name, template }, () => [
    `${folder}: a function like ${template}`,
    'Go on with:',
    `  hearth dev ${folder}        deploys it at each save`,
    `  hearth invoke ${name}`,
  ])
}

/** Names of the templates, each with what it does. */
async function readTemplates(): Promise<Map<string, string>> {
  const templates = new Map<string, string>()
  const entries = await readdir(TEMPLATES, { withFileTypes: true })
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const file = path.join(TEMPLATES, entry.name, DECLARATION_FILE)
    const { description = '' } = JSON.parse(await readFile(file, 'utf8')) as {
      description?: string
    }
    templates.set(entry.name, description)
  }
  return templates
}

async function askTemplate(templates: Map<string, string>): Promise<string> {
  const prompts = await import('@clack/prompts')
  const options = [...templates].map(([value, hint]) => ({ value, label: value, hint }))
  const message = 'What should it be like?'
  const initialValue = DEFAULT_TEMPLATE
  return answer(await prompts.select({ message, options, initialValue, output: process.stderr }))
}

async function askFolder(template: string): Promise<string> {
  const prompts = await import('@clack/prompts')
  return answer(
    await prompts.text({
      message: 'Which folder?',
      defaultValue: template,
      placeholder: template,
      output: process.stderr,
    }),
  )
}

function answer(given: string | symbol): string {
  if (typeof given === 'string') return given
  throw new Problem('Nothing was made', 'Answer, or give the folder and --template.')
}

async function requireEmpty(folder: string): Promise<void> {
  const present = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw new Problem(`${folder} cannot be read: ${cause.message}`, REMEDY, { cause })
  })
  if (present.length === 0) return
  throw new Problem(`${folder} is not empty`, REMEDY)
}

async function copy(template: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const kept = (file: string) =>
    !path.relative(template, file).split(path.sep).includes('node_modules')
  await cp(template, folder, { recursive: true, filter: kept })
  // It tells about the example, and where that lies.
  await rm(path.join(folder, 'README.md'), { force: true })
}

/** Gives the copy its own name, and editors the schema of its `hearth.json`, where all who have the one have the other. */
async function rename(folder: string, name: string): Promise<void> {
  const place = await realpath(folder)
  const schema = path.relative(place, path.join(ROOT, 'cli', 'hearth.schema.json'))
  await change(path.join(folder, DECLARATION_FILE), (fields) => ({
    ...(isInside(sharedTree(), place) && { $schema: schema }),
    ...fields,
    name,
  }))
  await change(path.join(folder, 'package.json'), (fields) => ({
    ...fields,
    name: name.toLowerCase(),
  }))
}

/** The clone that this is, or the project that has it among its packages: checked in as one. */
function sharedTree(): string {
  const above = path.dirname(ROOT)
  return path.basename(above) === 'node_modules' ? path.dirname(above) : ROOT
}

async function change(file: string, of: (fields: object) => object): Promise<void> {
  const fields = JSON.parse(await readFile(file, 'utf8')) as object
  await writeFile(file, `${JSON.stringify(of(fields), null, 2)}\n`)
}
