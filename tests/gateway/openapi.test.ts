import t from 'tap'
import { ROUTE_TABLE } from '../../gateway/route-table.ts'
import { startGateway } from '../fixtures/gateway.ts'

const VERBS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

interface Operation {
  summary?: string
  tags?: string[]
  requestBody?: { content: Record<string, { schema: object }> }
  parameters?: Array<{ name: string; in: string; schema: object }>
  responses: Record<string, { description?: string }>
  security?: object[]
}

interface Document {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
}

const { call } = await startGateway(t)
const document: Document = (await call('GET /openapi.json')).body

t.test('Every route of the table is in the document, and no other', async (t) => {
  const hidden =
    /^(ANY |GET \/$|GET \/docs|GET \/console(?:\/queue-board)?(?:\/\*)?$|GET \/openapi|[A-Z]+ \/\d{4}-\d{2}-\d{2}\/)/
  const wanted = Object.keys(ROUTE_TABLE)
    .filter((row) => !hidden.test(row))
    .map((row) => row.replace(/:(\w+)/g, '{$1}').replace('*', '{*}'))
  const found = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((verb) => `${verb.toUpperCase()} ${path}`),
  )
  t.strictSame(found.sort(), wanted.sort())
})

t.test('Every operation says what it does, what it takes and what it may answer', async (t) => {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [verb, operation] of Object.entries(item)) {
      const title = `${verb} ${path}`
      t.ok(VERBS.includes(verb), title)
      t.ok(operation.summary, `${title} has a summary`)
      t.ok(operation.tags?.length, `${title} has a tag`)
      const statuses = Object.keys(operation.responses)
      t.ok(
        statuses.some((status) => status.startsWith('2')),
        `${title} has an answer`,
      )
      t.ok(statuses.includes('500'), `${title} names its errors`)
      for (const [status, { description }] of Object.entries(operation.responses)) {
        t.ok(description, `${title} ${status} is described`)
      }
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name)
      const named = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      t.strictSame(named.map(({ name }) => name).sort(), inPath.sort(), `${title} parameters`)
    }
  }
})

t.test('Every reference leads somewhere, and every schema has a known type', async (t) => {
  const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']
  let references = 0
  const walk = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return
    const { $ref, type } = value as { $ref?: unknown; type?: unknown }
    if (typeof $ref === 'string') {
      references += 1
      t.ok(resolve($ref), `${path}: ${$ref}`)
    }
    if (typeof type === 'string' && path.includes('chema')) {
      t.ok(types.includes(type) || path.includes('securitySchemes'), `${path}: ${type}`)
    }
    for (const [name, child] of Object.entries(value)) walk(child, `${path}/${name}`)
  }
  const resolve = (reference: string) =>
    reference
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((found, step) => (found as Record<string, unknown>)?.[step], document)
  walk(document, '')
  t.ok(references > 20)
  t.match(document, { openapi: '3.1.0', info: { title: 'Hearth', version: /^\d+\.\d+\.\d+/ } })
})

t.test('Who may call is said: by key or signature, or anybody', async (t) => {
  t.strictSame(document.paths['/functions']?.post?.security, [{ key: [] }, { signature: [] }])
  t.strictSame(document.paths['/health/live']?.get?.security, [])
})

t.test('The page works without a network and runs nothing but its own scripts', async (t) => {
  const page = await call('GET /docs')
  t.equal(page.status, 200)
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /default-src 'none'/)
  t.match(policy, /script-src 'self';/)
  t.notMatch(policy, /https?:/)
  const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
  t.ok(parts.length >= 5)
  for (const part of parts) {
    t.notMatch(part, /^(https?:)?\/\//)
    const { pathname } = new URL(part, 'http://localhost/docs/')
    t.equal((await call(`GET ${pathname}`)).status, 200, part)
  }
})
