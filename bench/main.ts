import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { measureAsynchronous } from './asynchronous.ts'
import { measureCold } from './cold.ts'
import { measureHostile } from './hostile.ts'
import { measureIdle } from './idle.ts'
import { measureLambda } from './lambda.ts'
import { measureObjects } from './objects.ts'
import { startMeasured } from './platform.ts'
import { holds, type Row, table } from './row.ts'
import { measureWarm } from './warm.ts'

const IMAGE = 'hearth-sandbox:latest'

const rows: Row[] = []
const platform = await startMeasured({})
const redisSocket = join(platform.dataDir, 'redis', 'redis.sock')
const MEASUREMENTS = {
  idle: () => measureIdle(platform, IMAGE),
  cold: () => measureCold(platform, IMAGE),
  warm: () => measureWarm(platform),
  lambda: () => measureLambda(platform),
  asynchronous: () => measureAsynchronous(platform, redisSocket),
  objects: () => measureObjects(platform),
  hostile: () => measureHostile(platform),
}
/** Measured only where it is named: it takes two minutes and is no ratio of one run. */
const ON_DEMAND = new Set(['hostile'])
/** `npm run bench -- warm cold` measures just these. */
const wanted = process.argv.slice(2)
try {
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (wanted.length > 0 ? !wanted.includes(name) : ON_DEMAND.has(name)) continue
    process.stderr.write(`measuring ${name}\n`)
    rows.push(...(await measure()))
  }
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
