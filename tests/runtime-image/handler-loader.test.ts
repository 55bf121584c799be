import t from 'tap'
import { PlayedPool } from './played-pool.ts'

const ok = (kind: string) => ({ type: 'result', value: kind })

/** Every kind of package that Lambda's Node runtime takes. */
const KINDS: Record<
  string,
  { files: Record<string, string>; handler?: string; answer: { type: string; value: unknown } }
> = {
  'CommonJS module': {
    files: { 'index.js': 'exports.handler = async () => "cjs"' },
    answer: ok('cjs'),
  },
  'CommonJS module by its extension': {
    files: { 'index.cjs': 'exports.handler = async () => "cjs"' },
    answer: ok('cjs'),
  },
  'CommonJS module that replaces module.exports': {
    files: {
      'index.js': 'module.exports = { handler: async () => require("./other").word }',
      'other.js': 'exports.word = "other"',
    },
    answer: ok('other'),
  },
  'ES module by its extension': {
    files: { 'index.mjs': 'export const handler = async () => "mjs"' },
    answer: ok('mjs'),
  },
  'ES module by the package type': {
    files: {
      'package.json': '{"type":"module"}',
      'index.js': 'export const handler = async () => "esm"',
    },
    answer: ok('esm'),
  },
  'ES module with top-level await': {
    files: {
      'index.mjs':
        'const w = await new Promise(r => setTimeout(r, 5, "tla")); export const handler = async () => w',
    },
    answer: ok('tla'),
  },
  'ES module with top-level await by the package type': {
    files: {
      'package.json': '{"type":"module"}',
      'index.js':
        'const w = await new Promise(r => setTimeout(r, 5, "tla")); export const handler = async () => w',
    },
    answer: ok('tla'),
  },
  'TypeScript module': {
    files: {
      'index.ts':
        'interface E { a: number }\nexport const handler = async (e: E): Promise<string> => "ts" satisfies string',
    },
    answer: ok('ts'),
  },
  'TypeScript ES module': {
    files: {
      'index.mts':
        'import type { X } from "./none.ts"; import { word } from "./word.mts"; export const handler = async (): Promise<string> => word',
      'word.mts': 'export const word: string = "mts"',
    },
    answer: ok('mts'),
  },
  'TypeScript CommonJS module': {
    files: { 'index.cts': 'exports.handler = async (): Promise<string> => "cts"' },
    answer: ok('cts'),
  },
  'nested path': {
    files: { 'src/api/app.mjs': 'export const handler = async () => "nested"' },
    handler: 'src/api/app.handler',
    answer: ok('nested'),
  },
  'nested export': {
    files: { 'index.js': 'exports.ns = { deep: { handler: async () => "export" } }' },
    handler: 'index.ns.deep.handler',
    answer: ok('export'),
  },
  'folder with an index': {
    files: { 'app/index.js': 'exports.handler = async () => "folder"' },
    handler: 'app.handler',
    answer: ok('folder'),
  },
  'JavaScript before TypeScript': {
    files: {
      'index.ts': 'export const handler = async () => "ts"',
      'index.js': 'exports.handler = async () => "js"',
    },
    answer: ok('js'),
  },
  'module of a layer': {
    files: {
      'index.js': 'exports.handler = async () => require("layered")',
      'opt/nodejs/node_modules/layered/index.js': 'module.exports = "layer"',
    },
    answer: ok('layer'),
  },
}

for (const [kind, { files, handler, answer }] of Object.entries(KINDS)) {
  t.test(`loads a ${kind}`, async (t) => {
    const pool = await PlayedPool.booted(t, files)
    t.match(await pool.init(handler ? { handler } : {}), { type: 'ready', initMs: Number })
    const { head, value } = await pool.invoke({})
    t.match({ type: head.type, value }, answer)
    t.equal(pool.stderr, '', 'nothing is written beside the log')
  })
}

/** Every way a package can be at fault, with its error. */
const FAULTS: Record<
  string,
  { files: Record<string, string>; handler?: string; error: Record<string, unknown> }
> = {
  'a missing module': {
    files: {},
    error: {
      errorType: 'Runtime.ImportModuleError',
      errorMessage: /^Error: Cannot find module 'index'\nRequire stack:/,
    },
  },
  'a missing dependency of a CommonJS module': {
    files: { 'index.js': 'require("nowhere")' },
    error: {
      errorType: 'Runtime.ImportModuleError',
      errorMessage: /^Error: Cannot find module 'nowhere'\nRequire stack:\n- .*task\/index\.js/,
    },
  },
  'a missing dependency of an ES module': {
    files: { 'index.mjs': 'import "nowhere"' },
    error: {
      errorType: 'Runtime.ImportModuleError',
      errorMessage: /Cannot find package 'nowhere'/,
    },
  },
  'a missing export': {
    files: { 'index.mjs': 'export const other = 1' },
    error: {
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'index.handler is undefined or not exported',
    },
  },
  'an export that is no function': {
    files: { 'index.mjs': 'export const handler = 1' },
    error: {
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'index.handler is not a function',
    },
  },
  'a syntax error in a CommonJS module': {
    files: { 'index.cjs': 'exports.handler = async () => {' },
    error: { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: /^SyntaxError: / },
  },
  'a syntax error in an ES module': {
    files: { 'index.mjs': 'export const handler = async () => {' },
    error: { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: /^SyntaxError: / },
  },
  'TypeScript that cannot be stripped': {
    files: { 'index.ts': 'enum A { B }\nexport const handler = async () => A.B' },
    error: { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: /enum is not supported/ },
  },
  'a handler name without an export': {
    files: {},
    handler: 'index',
    error: { errorType: 'Runtime.MalformedHandlerName', errorMessage: 'Bad handler "index"' },
  },
  'a handler name that leaves the folder': {
    files: {},
    handler: '../index.handler',
    error: { errorType: 'Runtime.MalformedHandlerName' },
  },
  'a throw while it loads': {
    files: {
      'index.mjs':
        'class TooBad extends Error { name = "TooBad" }\nthrow new TooBad("no database")',
    },
    error: {
      errorType: 'TooBad',
      errorMessage: 'no database',
      trace: [/no database/, /index\.mjs:2/],
    },
  },
  'a rejection while it loads': {
    files: { 'index.mjs': 'await Promise.reject(new RangeError("late"))' },
    error: { errorType: 'RangeError', errorMessage: 'late' },
  },
  'an exception that nobody catches while it loads': {
    files: {
      'index.mjs':
        'setTimeout(() => { throw new RangeError("loose") }, 1); await new Promise(() => {})',
    },
    error: { errorType: 'RangeError', errorMessage: 'loose' },
  },
}

for (const [fault, { files, handler, error }] of Object.entries(FAULTS)) {
  t.test(`refuses ${fault} with its own error, and ends`, async (t) => {
    const pool = await PlayedPool.booted(t, files)
    t.match(await pool.init(handler ? { handler } : {}), { type: 'initError', error })
    t.not((await pool.exit()).code, 0)
    t.match(pool.stdout, /\tundefined\tERROR\tUncaught Exception \t\{"errorType":/)
  })
}
