import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

t.test('No line of the log shows a secret, however deep it lies', async (t) => {
  const file = join(import.meta.dirname, '../../../core/logs/logger.ts')
  const script = `import { createLogger } from '${file}'
    const log = createLogger({ LOG_LEVEL: 'info' })
    log.info({ authorization: 'Bearer s3cret', request: { headers: { authorization: 's3cret' } } }, 'a')
    log.child({ environment: { KEY: 's3cret' } }).info({ fn: { environment: { K: 's3cret' } } }, 'b')
    log.info({ apiKey: 's3cret', s3: { secretAccessKey: 's3cret', token: 's3cret' } }, 'c')
    log.debug('not shown')`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString()
  t.equal(output.trim().split('\n').length, 3)
  t.notMatch(output, /s3cret/)
  t.match(output, /\(hidden\)/)
})
