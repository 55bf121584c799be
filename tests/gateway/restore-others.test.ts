import t from 'tap'
import { planOthers } from '../../gateway/restore-others.ts'
import { configurationOf } from '../fixtures/backups.ts'
import { clientsOf, furnishOthers } from '../fixtures/furnished-others.ts'
import { startGateway } from '../fixtures/gateway.ts'

t.test('what others have put since the plan was made is not overwritten', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  const wanted = await from.parts.configuration.read()
  const plan = planOthers(wanted, await to.parts.configuration.read())
  await furnishOthers(to, await clientsOf(to))
  const before = await configurationOf(to)
  for (const step of plan) {
    const name = `${step.kind} ${step.name}`
    // Another mapping of its source is there by now, under another id.
    const code = step.kind === 'mapping' ? 'MappingAlreadyExists' : 'RestoreConflict'
    await t.rejects(step.put(to.parts), { code }, name)
  }
  t.strictSame(await configurationOf(to), before)
})
