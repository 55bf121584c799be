import t from 'tap'
import { PlayedPool } from './played-pool.ts'

t.test('console writes records of the invocation, one line each', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    `console.log('loading')
     export const handler = async (e) => {
       console.log('two\\nlines', { a: 1 }); console.info('i'); console.warn('w'); console.error(new Error('e'))
       console.debug('%s-%d', 'd', 5); console.trace('t') }`,
  )
  await pool.invoke({}, { id: 'id-1' })
  const lines = (await pool.written()).split('\n')
  const record = (id: string, level: string, text: string) =>
    new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\\t${id}\\t${level}\\t${text}`)
  t.match(lines, [
    record('undefined', 'INFO', 'loading$'),
    record('id-1', 'INFO', 'two\\rlines { a: 1 }$'),
    record('id-1', 'INFO', 'i$'),
    record('id-1', 'WARN', 'w$'),
    record('id-1', 'ERROR', 'Error: e\\r +at '),
    record('id-1', 'DEBUG', 'd-5$'),
    record('id-1', 'TRACE', 'Trace: t\\r +at '),
    /^$/,
  ])
  t.equal(pool.stderr, '')
})

t.test('a handler that fails is in the log, with its stack', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    "export const handler = async () => { throw new RangeError('bad') }",
  )
  await pool.invoke({}, { id: 'id-9' })
  const [time, id, level, text = ''] = (await pool.written()).trimEnd().split('\t')
  t.match({ time, id, level, text }, { id: 'id-9', level: 'ERROR', text: 'Invoke Error ' })
  const record = JSON.parse((await pool.written()).split('\t').at(-1) ?? '')
  t.match(record, {
    errorType: 'RangeError',
    errorMessage: 'bad',
    stack: ['RangeError: bad', /index\.mjs/],
  })
  t.notMatch(JSON.stringify(record), /bootstrap/, 'the runtime’s own frames say nothing')
})
