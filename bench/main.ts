import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { measureAsynchronous } from './asynchronous.ts'
import { measureCold } from './cold.ts'
import { measureIdle } from './idle.ts'
import { measureObjects } from './objects.ts'
import { startMeasured } from './platform.ts'
import { holds, type Row, table } from './row.ts'
import { measureWarm } from './warm.ts'

const IMAGE = 'hearth-sandbox:latest'

const rows: Row[] = []
const platform = await startMeasured({})
try {
  rows.push(...(await measureIdle(platform, IMAGE)))
  rows.push(...(await measureCold(platform, IMAGE)))
  rows.push(...(await measureWarm(platform)))
  rows.push(...(await measureAsynchronous(platform, join(platform.dataDir, 'redis', 'redis.sock'))))
  rows.push(...(await measureObjects(platform)))
} finally {
  await platform.stop()
}

const [cpu] = cpus()
const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
process.stdout.write(
  `${cpus().length} × ${cpu?.model}, ${memory}, Linux ${release()}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}\n\n${table(rows)}\n`,
)
const missed = rows.filter((row) => !holds(row))
if (missed.length > 0) {
  process.stderr.write(`\n${missed.length} budgets missed\n`)
  process.exitCode = 1
}
