import Module from 'node:module'
import type { InitMessage } from '../core/protocol.ts'
import type { Layout } from './layout.ts'

/** What every sandbox has before it is anybody's; a function's own variables may replace these. */
export function commonEnvironment(layout: Layout): Record<string, string> {
  const { task, layers } = layout
  return {
    PATH: `/var/lang/bin:/usr/local/bin:/usr/bin:/bin:${layers}/bin`,
    LD_LIBRARY_PATH: `${task}:${task}/lib:${layers}/lib`,
    NODE_PATH: [
      // Layers made for an earlier Node serve here as well.
      ...['node24', 'node22', 'node20'].map((node) => `${layers}/nodejs/${node}/node_modules`),
      `${layers}/nodejs/node_modules`,
      '/var/runtime/node_modules',
      '/var/runtime',
      task,
    ].join(':'),
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    TZ: ':UTC',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    // Without it the X-Ray SDK throws where there is no trace.
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
  }
}

/** What the runtime alone knows; a function's own variables cannot replace these. */
export function functionEnvironment(init: InitMessage, layout: Layout): Record<string, string> {
  return {
    _HANDLER: init.handler,
    LAMBDA_TASK_ROOT: layout.task,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_LAMBDA_FUNCTION_NAME: init.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: init.functionVersion,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(init.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: init.initializationType ?? 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${init.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: init.logStream,
    PWD: layout.task,
  }
}

/**
 * Makes `process.env` exactly this. Values that stay are not written again: writing TZ makes V8
 * drop its time zone, which costs more than all the rest.
 */
export function replaceEnvironment(environment: Record<string, string>): void {
  const modulePath = process.env.NODE_PATH
  for (const name of Object.keys(process.env)) {
    if (!Object.hasOwn(environment, name)) delete process.env[name]
  }
  for (const [name, value] of Object.entries(environment)) {
    if (process.env[name] !== value) process.env[name] = value
  }
  if (environment.NODE_PATH !== modulePath) rereadModulePath()
}

/** Node reads NODE_PATH at boot only; this is what it runs then. */
function rereadModulePath(): void {
  ;(Module as unknown as { _initPaths(): void })._initPaths()
}
