import { COMMON_JS, HANDLER } from './handler.ts'
import type { Peer } from './peer.ts'

const WORKERD_ARCH = process.arch === 'x64' ? '64' : process.arch

/** Peers that npm carries and that need nothing from a network once they are installed. */
export const PEERS: readonly Peer[] = [
  {
    name: 'functions-framework',
    packages: [{ name: '@google-cloud/functions-framework', version: '5.0.5' }],
    settings: 'signature http, no isolation',
    files: () => ({
      'handler.cjs': COMMON_JS,
      'bench.cjs': `const { handler } = require('./handler.cjs')
exports.bench = async (request, response) => response.json(await handler(request.body))
`,
    }),
    command: (node, port) => [
      node,
      'node_modules/@google-cloud/functions-framework/build/src/main.js',
      '--source=bench.cjs',
      '--target=bench',
      '--signature-type=http',
      `--port=${port}`,
    ],
    path: '/',
  },
  {
    name: 'workerd',
    packages: [{ name: 'workerd', version: '1.20261117.1' }],
    settings: 'an isolate, no container',
    files: (port) => ({
      'worker.mjs': `const handler = ${HANDLER}
export default {
  async fetch(request) {
    return Response.json(await handler(await request.json()))
  },
}
`,
      'worker.capnp': `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
    compatibilityDate = "2026-01-01"
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`,
    }),
    command: () => [
      `node_modules/@cloudflare/workerd-${process.platform}-${WORKERD_ARCH}/bin/workerd`,
      'serve',
      'worker.capnp',
    ],
    path: '/',
  },
  {
    name: 'lambda-local',
    packages: [{ name: 'lambda-local', version: '2.2.0' }],
    settings: 'no server of its own: in the process of a bare node:http, no isolation',
    files: () => ({ 'handler.cjs': COMMON_JS, 'server.cjs': LAMBDA_LOCAL_SERVER }),
    command: (node, port) => [node, 'server.cjs', String(port)],
    path: '/',
  },
  {
    name: 'faas-js-runtime',
    packages: [{ name: 'faas-js-runtime', version: '4.0.1' }],
    settings: "Knative's, log level silent, no isolation",
    files: () => ({
      'handler.cjs': COMMON_JS,
      'bench.cjs': `const { handler } = require('./handler.cjs')
exports.handle = (_context, body) => handler(body)
`,
    }),
    command: (node, port) => [
      node,
      'node_modules/faas-js-runtime/bin/cli.js',
      'bench.cjs',
      '--log-level=silent',
      `--port=${port}`,
    ],
    path: '/',
  },
  {
    name: 'edge-runtime',
    packages: [{ name: 'edge-runtime', version: '4.0.1' }],
    settings: "Vercel's, a context of node:vm",
    files: () => ({
      'edge.js': `const handler = ${HANDLER}
const answer = async (request) => Response.json(await handler(await request.json()))
addEventListener('fetch', (event) => event.respondWith(answer(event.request)))
`,
    }),
    command: (node, port) => [
      node,
      'node_modules/edge-runtime/dist/cli/index.js',
      'edge.js',
      '--listen',
      '--host=127.0.0.1',
      `--port=${port}`,
    ],
    path: '/',
  },
  {
    name: 'serverless-offline',
    packages: [
      { name: 'serverless-offline', version: '13.10.1' },
      { name: 'serverless', version: '3.40.0' },
    ],
    settings: "Lambda's API, a worker thread",
    files: () => ({ 'handler.js': COMMON_JS, 'serverless.yml': SERVERLESS_YML }),
    command: (node, port) => [
      node,
      'node_modules/serverless/bin/serverless.js',
      'offline',
      '--host=127.0.0.1',
      '--httpPort=0',
      `--lambdaPort=${port}`,
    ],
    environment: { SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
    path: '/2015-03-31/functions/bench-dev-bench/invocations',
  },
]

const LAMBDA_LOCAL_SERVER = `const { createServer } = require('node:http')
const { execute } = require('lambda-local')
const lambdaFunc = require('./handler.cjs')
createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', async () => {
    const event = JSON.parse(Buffer.concat(parts))
    const body = JSON.stringify(await execute({ event, lambdaFunc, verboseLevel: 0 }))
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body)
  })
}).listen(Number(process.argv[2]), '127.0.0.1')
`

const SERVERLESS_YML = `service: bench
frameworkVersion: '3'
provider: { name: aws, runtime: nodejs24.x }
plugins: [serverless-offline]
functions:
  bench: { handler: handler.handler }
`
