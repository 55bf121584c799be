import t from 'tap'
import { type Probe, runProbes } from '../../../core/diagnosis/check.ts'
import { clockFinding } from '../../../core/diagnosis/clock.ts'
import { diskFinding } from '../../../core/diagnosis/disk.ts'
import { accessFinding } from '../../../core/diagnosis/platform-probes.ts'
import { HearthError } from '../../../core/errors.ts'

function probe(name: string, look: Probe['look']): Probe {
  return { name, remedy: `mend ${name}`, look }
}

t.test(
  'a probe that is late, or breaks, is a check that failed, and holds up no other',
  async (t) => {
    const checks = await runProbes(
      [
        probe('good', async () => ({ state: 'ok', found: 'fine' })),
        probe('late', () => new Promise(() => undefined)),
        probe('broken', async () => {
          throw new Error('no')
        }),
        probe('known', async () => {
          throw new HearthError('RedisUnavailable')
        }),
      ],
      30,
    )
    t.strictSame(checks, [
      { name: 'good', state: 'ok', found: 'fine' },
      { name: 'late', state: 'failed', found: 'No answer within 30 ms', remedy: 'mend late' },
      { name: 'broken', state: 'failed', found: 'no', remedy: 'mend broken' },
      {
        name: 'known',
        state: 'failed',
        found: 'Redis cannot be reached, and this request needs it',
        remedy: new HearthError('RedisUnavailable').remedy,
      },
    ])
  },
)

t.test('a clock is judged by what is certain of it', async (t) => {
  for (const [skewMs, ofMs, state, found] of [
    [0, 1, 'ok', /It goes with the clock of Redis/],
    [-900, 0, 'ok', /0\.9 s apart/],
    [1400, 500, 'ok', /1\.4 s apart/],
    [1600, 500, 'warning', /1\.6 s ahead/],
    [-5000, 0, 'warning', /5\.0 s behind/],
    [-61_000, 0, 'failed', /61\.0 s behind/],
  ] as const) {
    t.match(clockFinding(skewMs, ofMs, 'Redis'), { state, found }, `${skewMs} ms`)
  }
})

t.test('a disk is judged by what is free', async (t) => {
  for (const [freeMb, state] of [
    [4096, 'ok'],
    [2000, 'warning'],
    [100, 'failed'],
  ] as const) {
    const { found, ...finding } = diskFinding('/data', { freeMb, allMb: 10_240 })
    t.match(finding, { state })
    t.match(found, /GB of 10\.0 GB are free in \/data/)
  }
})

t.test('who listens for others without a key is told', async (t) => {
  const key = { HEARTH_API_KEY: 'x'.repeat(16) }
  for (const [settings, state] of [
    [{ HOST: '127.0.0.1' }, 'ok'],
    [{ HOST: '0.0.0.0', ...key }, 'ok'],
    [{ HOST: '0.0.0.0', SECRETS_FILE: '/secrets/secrets.json' }, 'ok'],
    [{ HOST: '0.0.0.0' }, 'failed'],
  ] as const) {
    t.match(accessFinding(settings), { state }, JSON.stringify(settings))
  }
})
