import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { HEARTH } from '../setup/setup-result.ts'

export const USAGE = `usage: npm run bench -- [TOPIC ...] [--quick] [--json FILE] [--write] [--peer NAME=URL ...]`

export interface NamedUrl {
  name: string
  url: string
}

export interface Arguments {
  /** What is measured; nothing named is everything. */
  topics: string[]
  /** Fewer rounds and the main rows alone; fails on gross regressions alone. */
  quick: boolean
  /** Where the results go. */
  json: string
  /** Whether table and chart are written into docs/. */
  write: boolean
  /** Servers that run already, measured beside the others. */
  peers: NamedUrl[]
}

/** Thrown where the command line is not understood. */
export class UsageError extends Error {
  override name = 'UsageError'
}

export function parseArguments(words: string[], topics: readonly string[]): Arguments {
  const { values, positionals } = parsed(words)
  const unknown = positionals.filter((name) => !topics.includes(name))
  if (unknown.length > 0) {
    throw new UsageError(
      `Nothing is called "${unknown.join('", "')}"; there is ${topics.join(', ')}`,
    )
  }
  const { quick, write } = values
  if (write && (quick || positionals.length > 0)) {
    throw new UsageError('Only a full run of everything is written into docs/')
  }
  return {
    topics: positionals,
    quick,
    json: values.json,
    write,
    peers: namedUrls(values.peer),
  }
}

function parsed(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string', default: join(HEARTH, 'bench.json') },
        write: { type: 'boolean', default: false },
        peer: { type: 'string', multiple: true, default: [] },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function namedUrls(words: string[]): NamedUrl[] {
  const peers = words.map(namedUrl)
  const names = peers.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw new UsageError(`Two peers are called "${twice}"`)
  return peers
}

function namedUrl(word: string): NamedUrl {
  const at = word.indexOf('=')
  const [name, url] = [word.slice(0, at), word.slice(at + 1)]
  if (at < 1 || !URL.canParse(url) || new URL(url).protocol !== 'http:') {
    throw new UsageError(`"${word}" is no NAME=URL of a server that speaks http`)
  }
  return { name, url }
}
