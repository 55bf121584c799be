import t from 'tap'
import { compileFilterPattern } from '../../../gateway/aws/filter-pattern.ts'

const RECORD = '2026-01-01T00:00:00.000Z\tabc\tINFO\t'

const TERMS: [pattern: string, text: string, found: boolean][] = [
  ['', 'anything', true],
  ['  ', 'anything', true],
  ['ERROR', 'an ERROR here', true],
  ['ERROR', 'an error here', false],
  ['ERROR disk', 'disk ERROR', true],
  ['ERROR disk', 'ERROR', false],
  ['"no such file"', 'ENOENT: no such file', true],
  ['"no such file"', 'no file of such a name', false],
  ['"say \\"hello\\""', 'they say "hello"', true],
  ['-health', 'GET /health', false],
  ['-health', 'GET /orders', true],
  ['ERROR -"is known"', 'ERROR that is known', false],
  ['ERROR -"is known"', 'ERROR', true],
  ['?ERROR ?WARN', 'WARN', true],
  ['?ERROR ?WARN', 'INFO', false],
  ['?ERROR ?WARN -known', 'WARN known', false],
  ['user-id', 'the user-id 7', true],
]

for (const [pattern, text, found] of TERMS) {
  t.test(`${pattern} ${found ? 'finds' : 'does not find'} ${text}`, async (t) => {
    t.equal(compileFilterPattern(pattern)(text), found)
  })
}

const JSONS: [pattern: string, data: object, found: boolean][] = [
  ['{ $.level = "ERROR" }', { level: 'ERROR' }, true],
  ['{ $.level = "ERROR" }', { level: 'INFO' }, false],
  ['{ $.level = "ERROR" }', {}, false],
  ['{ $.level = ERROR }', { level: 'ERROR' }, true],
  ['{$.level="ERROR"}', { level: 'ERROR' }, true],
  ['{ $.level != "ERROR" }', { level: 'INFO' }, true],
  ['{ $.level != "ERROR" }', {}, false],
  ['{ $.path = "/orders/*" }', { path: '/orders/7' }, true],
  ['{ $.path = /orders/* }', { path: '/carts/7' }, false],
  ['{ $.status >= 500 }', { status: 503 }, true],
  ['{ $.status >= 500 }', { status: 404 }, false],
  ['{ $.status = 404 }', { status: 404 }, true],
  ['{ $.status != 404 }', { status: 404 }, false],
  ['{ $.ms > 1.5e3 }', { ms: 1501 }, true],
  ['{ $.ms < -1 }', { ms: -2 }, true],
  ['{ $.ms <= 7 }', { ms: '7' }, false],
  ['{ $.user.name = "ann" }', { user: { name: 'ann' } }, true],
  ['{ $.user.name = "ann" }', { user: 'ann' }, false],
  ['{ $.tags[1] = "b" }', { tags: ['a', 'b'] }, true],
  ['{ $.tags[2] = "b" }', { tags: ['a', 'b'] }, false],
  ['{ $["first name"] = "ann" }', { 'first name': 'ann' }, true],
  ['{ $.a = 1 && $.b = 2 }', { a: 1, b: 2 }, true],
  ['{ $.a = 1 && $.b = 2 }', { a: 1, b: 3 }, false],
  ['{ $.a = 1 || $.b = 2 }', { a: 0, b: 2 }, true],
  ['{ ($.a = 1 || $.b = 2) && $.c = 3 }', { a: 1, c: 4 }, false],
  ['{ $.a = 1 || $.b = 2 && $.c = 3 }', { a: 1 }, true],
  ['{ $.a IS NULL }', { a: null }, true],
  ['{ $.a IS NULL }', {}, false],
  ['{ $.a NOT EXISTS }', {}, true],
  ['{ $.a NOT EXISTS }', { a: null }, false],
  ['{ $.a IS TRUE }', { a: true }, true],
  ['{ $.a is false }', { a: false }, true],
  ['{ $.constructor NOT EXISTS }', {}, true],
]

for (const [pattern, data, found] of JSONS) {
  const text = JSON.stringify(data)
  t.test(`${pattern} ${found ? 'finds' : 'does not find'} ${text}`, async (t) => {
    const matches = compileFilterPattern(pattern)
    t.equal(matches(text), found)
    t.equal(matches(RECORD + text), found, 'in a record of the console as well')
    t.equal(matches(`not ${text}`), false)
  })
}

const REFUSED: [pattern: string, message: RegExp][] = [
  ['"no end', /from character 1 on/],
  ['a "b"c', /from character 2 on/],
  ['%ERR.*%', /regular expressions/],
  ['[ip, user]', /space-delimited/],
  ['{ }', /"}" is where a member/],
  ['{ $.a }', /"}" cannot stand after a member/],
  ['{ $.a = }', /a number or a text should stand after "="/],
  ['{ $.a = 1', /it ends where "}" should be/],
  ['{ $.a = 1 } b', /"b" is where its end should be/],
  ['{ ($.a = 1 }', /"}" is where "\)" should be/],
  ['{ $.a > "b" }', /">" compares numbers/],
  ['{ $.a = %b% }', /regular expressions/],
  ['{ $.a LIKE "b" }', /"LIKE B" is not supported/],
  ['{ $.a = "b** " }', /no two "\*" in a row/],
  ['{ $.a = "b }', /cannot be read from character/],
  ['{ a = 1 }', /"a" is where a member/],
]

for (const [pattern, message] of REFUSED) {
  t.test(`${pattern} is refused`, async (t) => {
    t.throws(() => compileFilterPattern(pattern), { code: 'InvalidParameterException', message })
  })
}
