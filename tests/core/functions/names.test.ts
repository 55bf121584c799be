import t from 'tap'
import { Compile } from 'typebox/compile'
import { configurationMistakes, environmentBytes } from '../../../core/functions/names.ts'
import { FunctionName } from '../../../core/identifiers.ts'

const name = Compile(FunctionName)

t.test('A function may have these names', async (t) => {
  for (const good of ['a', 'A-b_9', '0', '-', '_', 'toString', 'x'.repeat(64)]) {
    t.ok(name.Check(good), good)
  }
})

t.test('A function may not have these names', async (t) => {
  const bad = [
    '',
    '../x',
    'a/b',
    'a.b',
    'a b',
    'a:b',
    'a\0',
    'a\n',
    'ä',
    '\u202eevil',
    '%2e',
    'x'.repeat(65),
    '__proto__',
    'constructor',
    'prototype',
    1,
    null,
  ]
  for (const value of bad) t.notOk(name.Check(value), JSON.stringify(value))
})

t.test('An environment is measured as JSON, up to 4 KB', async (t) => {
  const full = { ABC: 'x'.repeat(4096 - '{"ABC":""}'.length) }
  t.equal(environmentBytes(full), 4096)
  t.strictSame(configurationMistakes({ environment: full }), [])
  t.match(configurationMistakes({ environment: { ABC: `${full.ABC}x` } }), [/4097 bytes as JSON/])
  t.match(configurationMistakes({ environment: { ABC: 'ü'.repeat(2100) } }), [/bytes as JSON/])
})

t.test('Variables of the platform, and names that no variable has, are refused', async (t) => {
  const reserved = [
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    '_HANDLER',
    '_LAMBDA_X',
    'LAMBDA_TASK_ROOT',
  ]
  for (const key of reserved) {
    t.match(configurationMistakes({ environment: { [key]: '' } }), [/is reserved/], key)
  }
  for (const key of ['1A', 'A-B', 'A B', '', 'A', 'Ä1', 'A=B', 'A\0B', 'toString()']) {
    t.match(
      configurationMistakes({ environment: { [key]: '' } }),
      [/must have two characters or more: a letter/],
      JSON.stringify(key),
    )
  }
  t.match(configurationMistakes({ environment: { AA: 'x\0y' } }), [/NUL/])
  const fine = {
    NODE_OPTIONS: '',
    TZ: 'Europe/Berlin',
    toString: 'x',
    constructor: 'y',
    AWS_PROFILE: '',
  }
  t.strictSame(configurationMistakes({ environment: fine }), [])
})

t.test('All mistakes are named at once', async (t) => {
  const mistakes = configurationMistakes({
    environment: { AWS_REGION: 'x', '1': 'y' },
    egress: ['db:5432', 'db:0', 'db:65536'],
  })
  t.equal(mistakes.length, 4)
})
