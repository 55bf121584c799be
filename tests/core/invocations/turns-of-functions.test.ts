import t from 'tap'
import { startRecords } from '../../fixtures/records.ts'

const { claims, tokenOf, accept } = await startRecords(t)

t.test(
  'a turn that waits can be given anew at once; one that is held is left to its holder',
  async (t) => {
    await accept('g7')
    const waiting = await tokenOf('g7')
    const given = await claims.hurryTurn('g7')
    t.match(given, { functionName: 'g7', token: String })
    t.not(given?.token, waiting)
    t.equal(given?.delayMs, undefined, 'without a delay')
    t.equal(
      await claims.claim({ functionName: 'g7', token: waiting }, 1),
      undefined,
      'the old is stale',
    )
    const token = given?.token ?? ''
    t.match(await claims.claim({ functionName: 'g7', token }, 0), { claims: [], left: true })
    t.equal(await claims.hurryTurn('g7'), undefined)
    t.equal((await claims.claim({ functionName: 'g7', token }, 1))?.claims.length, 1)
    t.equal(await claims.hurryTurn('g7'), undefined, 'nobody has a turn that is over')
  },
)
