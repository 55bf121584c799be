import t from 'tap'
import { withEgress } from './played-network.ts'

/** Child processes know only the variables; the handler's thread may be blocked meanwhile. */
const CHILDREN: Record<string, [source: string, value: unknown]> = {
  'execSync of curl': [
    'return JSON.parse(execSync("curl -sS http://plain.example/p"))',
    { who: 'plain', url: '/p' },
  ],
  'execSync of curl over TLS': [
    'return JSON.parse(execSync("curl -sS --cacert $CA https://secure.example/s"))',
    { who: 'secure', url: '/s' },
  ],
  'exec of curl': [
    'return JSON.parse((await promisify(exec)("curl -sS http://plain.example/p")).stdout)',
    { who: 'plain' },
  ],
  'spawnSync of curl to storage': [
    'return JSON.parse(spawnSync("curl", ["-sS", process.env.AWS_ENDPOINT_URL_S3 + "/b"]).stdout)',
    { who: 's3', url: '/b' },
  ],
  'a refused host': [
    'return spawnSync("curl", ["-s", "http://private.internal/"]).stdout.toString()',
    'Connection to private.internal:80 failed: not on the list\n',
  ],
  'another node': [
    'return JSON.parse(spawnSync(process.execPath, ["-e", `fetch("http://plain.example/p").then((r) => r.text()).then(console.log)`]).stdout)',
    { who: 'plain' },
  ],
}

for (const [child, [source, value]] of Object.entries(CHILDREN)) {
  t.test(`a child process reaches its host: ${child}`, async (t) => {
    const pool = await withEgress(t, source)
    const answer = await pool.invoke({})
    t.match(answer, { head: { type: 'result' } }, JSON.stringify(answer.head))
    t.match(answer.value, value)
    t.match((await pool.invoke({})).value, value, 'again')
  })
}

t.test('the forwarder’s thread starts with the first child, not before', async (t) => {
  const pool = await withEgress(
    t,
    `await get(http, 'http://plain.example/'); const before = threads(); execSync('true'); const after = threads(); execSync('true')
     return { before, added: after - before, more: threads() - after }`,
  )
  const { before, added, more } = (await pool.invoke({})).value as Record<string, number>
  t.ok((before ?? 0) > 0)
  t.ok((added ?? 0) >= 1, 'a thread more with the first child')
  t.equal(more, 0, 'and none with the second')
})

t.test('threads that a handler makes have the same way out', async (t) => {
  const pool = await withEgress(
    t,
    `const worker = new Worker(\`
       const { parentPort } = require('node:worker_threads')
       const net = require('node:net')
       require('node:http').get('http://plain.example/w', { agent: new (require('node:http').Agent)() }, (r) => {
         let t = ''; r.on('data', (d) => t += d); r.on('end', () => parentPort.postMessage(JSON.parse(t))) })\`, { eval: true })
     const [value] = await once(worker, 'message'); return { value, instance: worker instanceof Worker }`,
  )
  const answer = await pool.invoke({})
  t.match(
    answer.value,
    { value: { who: 'plain', url: '/w' }, instance: true },
    JSON.stringify(answer.head),
  )
})
