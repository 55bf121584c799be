import t from 'tap'
import { isTooDeep, JSON_DEPTH_MAX } from '../../core/json-depth.ts'

function nested(depth: number, inner = ''): Buffer {
  return Buffer.from(`${'[{"a":'.repeat(depth / 2)}${inner || '1'}${'}]'.repeat(depth / 2)}`)
}

t.test('The limit itself is taken, one level more is not', async (t) => {
  t.notOk(isTooDeep(nested(JSON_DEPTH_MAX)))
  t.ok(isTooDeep(nested(JSON_DEPTH_MAX, '[1]')))
  t.ok(isTooDeep(nested(100_000)))
  t.ok(isTooDeep(Buffer.from('['.repeat(100_000))))
})

t.test('Brackets in strings do not count, however they are quoted', async (t) => {
  const brackets = '['.repeat(2000)
  for (const text of [brackets, `\\"${brackets}`, `${brackets}\\\\`, `\\\\\\"${brackets}`]) {
    const json = `{"a":"${text}","b":[]}`
    t.doesNotThrow(() => JSON.parse(json))
    t.notOk(isTooDeep(Buffer.from(json)), text.slice(0, 10))
  }
  t.ok(isTooDeep(Buffer.from(`{"a":"x\\\\","b":${brackets}`)), 'a string that ends in a backslash')
})

t.test('What is wide is not deep, and what is no JSON does not matter', async (t) => {
  t.notOk(isTooDeep(Buffer.from(`[${'[],'.repeat(10_000)}1]`)))
  t.notOk(isTooDeep(Buffer.from(']'.repeat(10_000))))
  t.notOk(isTooDeep(Buffer.from(`"${'['.repeat(10_000)}`)))
  t.notOk(isTooDeep(Buffer.alloc(0)))
})
