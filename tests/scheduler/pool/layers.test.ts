import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { ZipFile } from 'yazl'
import { makeZip } from '../../../core/functions/zip.ts'
import { bundleRuntime } from '../../../runtime-image/build.ts'
import { ProcessDriver } from '../../../scheduler/pool/process-driver.ts'
import { needsEngine, type PoolRig, startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

await needsEngine(t)

const LOW = await makeZip({
  'nodejs/node_modules/greeting/index.js': "module.exports = 'low'",
  'nodejs/node_modules/only-low/index.js': "module.exports = 'low'",
})
const HIGH = new ZipFile()
HIGH.addBuffer(
  Buffer.from("module.exports = 'high'"),
  'nodejs/node24/node_modules/preferred/index.js',
)
HIGH.addBuffer(Buffer.from("module.exports = 'high'"), 'nodejs/node_modules/greeting/index.js')
HIGH.addBuffer(Buffer.from('#!/bin/sh\necho from-a-layer\n'), 'bin/tool', { mode: 0o100755 })
HIGH.end()
const high = await buffer(HIGH.outputStream)

const HANDLER = `
const { execFileSync } = require('node:child_process')
exports.handler = async () => {
  const importing = await import('greeting').then((found) => found.default, (error) => error.code)
  return {
    greeting: require('greeting'),
    low: require('only-low'),
    preferred: require('preferred'),
    tool: execFileSync('tool').toString().trim(),
    importing,
  }
}`

async function deployed(rig: PoolRig, packages: Buffer[]) {
  const stored = await Promise.all(packages.map((zip) => rig.code.put(zip)))
  const arn = (at: number) => `arn:aws:lambda:us-east-1:000000000000:layer:l${at}:1`
  const layers = stored.map((one, at) => ({ arn: arn(at), ...one }))
  return rig.deploy({ 'index.js': HANDLER }, { layers })
}

const WANTED = {
  greeting: 'high',
  low: 'low',
  preferred: 'high',
  tool: 'from-a-layer',
  importing: 'high',
}

t.test('layers lie in /opt, later ones over the ones before', async (t) => {
  const rig = await startPool()
  t.teardown(() => rig.close())
  const fn = await deployed(rig, [LOW, high])
  t.strictSame((await rig.call(fn)).result, WANTED)
  const other = await deployed(rig, [high, LOW])
  t.match((await rig.call(other)).result, { greeting: 'low' })

  const own = await deployed(rig, [LOW, high])
  own.definition.environment = { NODE_OPTIONS: '--no-warnings' }
  own.environment = own.definition.environment
  const { result, answer } = await rig.call(own)
  t.strictSame(result, WANTED, 'in a sandbox of its own as well')
  t.equal(answer.timings.start, 'new')
})

t.test('a layer whose package is missing fails the invocation, and nothing else', async (t) => {
  const rig = await startPool({ generic: 1 })
  t.teardown(() => rig.close())
  const fn = await deployed(rig, [LOW, high])
  const broken = await deployed(rig, [LOW])
  broken.definition.layers.push({
    arn: 'arn:aws:lambda:us-east-1:000000000000:layer:gone:1',
    codeSha256: Buffer.alloc(32).toString('base64'),
    codeSize: 1,
  })
  await t.rejects(rig.call(broken), { code: 'SandboxFailed', message: /no such package/ })
  t.strictSame((await rig.call(fn)).result, WANTED)
})

t.test('sandboxes that are plain processes have layers too', async (t) => {
  const runtime = await temporaryFolder(t, 'runtime')
  await bundleRuntime(runtime)
  const directory = await temporaryFolder(t, 'sandboxes')
  const driver = await ProcessDriver.open({ runtime, directory })
  const rig = await startPool({ driver, directory })
  t.teardown(() => rig.close())
  t.strictSame((await rig.call(await deployed(rig, [LOW, high]))).result, WANTED)
})
