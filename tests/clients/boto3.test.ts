import { join } from 'node:path'
import t from 'tap'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { noPythonClients, runPythonClient } from '../fixtures/python-clients.ts'

await needsEngine(t)
if (noPythonClients) {
  t.plan(0, noPythonClients)
  process.exit(0)
}

const SCENARIO = join(import.meta.dirname, '..', 'fixtures', 'boto3_scenario.py')

const platform = await startPlatform()
t.teardown(() => platform.stop())

const { code, stdout, stderr } = await runPythonClient(platform.url, 'python', [SCENARIO])
const steps = [...stdout.matchAll(/^(not )?ok \d+ - (.+)\n((?:#.*\n)*)/gm)]
for (const [, failed, title = '', why = ''] of steps) {
  t.test(title, async (t) => t.notOk(failed, why))
}

t.test('the scenario went to its end', async (t) => {
  t.equal(code, 0, stderr)
  const plan = /^1\.\.(\d+)$/m.exec(stdout)?.[1]
  t.equal(steps.length, Number(plan))
})
