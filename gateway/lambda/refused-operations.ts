import { Type } from 'typebox'
import { LambdaError } from './lambda-error.ts'
import { type Operation, operation } from './operation.ts'

/** What belongs to Amazon's cloud alone, or is not built: each is answered by its name. */
const REFUSED = [
  [
    'CheckpointDurableExecution',
    'POST /2025-12-01/durable-executions/:DurableExecutionArn/checkpoint',
  ],
  ['CreateCapacityProvider', 'POST /2025-11-30/capacity-providers'],
  ['CreateCodeSigningConfig', 'POST /2020-04-22/code-signing-configs'],
  ['DeleteCapacityProvider', 'DELETE /2025-11-30/capacity-providers/:CapacityProviderName'],
  ['DeleteCodeSigningConfig', 'DELETE /2020-04-22/code-signing-configs/:CodeSigningConfigArn'],
  [
    'DeleteFunctionCodeSigningConfig',
    'DELETE /2020-06-30/functions/:FunctionName/code-signing-config',
  ],
  ['GetCapacityProvider', 'GET /2025-11-30/capacity-providers/:CapacityProviderName'],
  ['GetCodeSigningConfig', 'GET /2020-04-22/code-signing-configs/:CodeSigningConfigArn'],
  ['GetDurableExecution', 'GET /2025-12-01/durable-executions/:DurableExecutionArn'],
  ['GetDurableExecutionHistory', 'GET /2025-12-01/durable-executions/:DurableExecutionArn/history'],
  ['GetDurableExecutionState', 'GET /2025-12-01/durable-executions/:DurableExecutionArn/state'],
  ['PutResourcePolicy', 'PUT /2026-07-09/resource-policy/:ResourceArn'],
  ['GetResourcePolicy', 'GET /2026-07-09/resource-policy/:ResourceArn'],
  ['DeleteResourcePolicy', 'DELETE /2026-07-09/resource-policy/:ResourceArn'],
  ['ListCapacityProviders', 'GET /2025-11-30/capacity-providers'],
  ['ListCodeSigningConfigs', 'GET /2020-04-22/code-signing-configs'],
  ['ListDurableExecutionsByFunction', 'GET /2025-12-01/functions/:FunctionName/durable-executions'],
  [
    'ListFunctionVersionsByCapacityProvider',
    'GET /2025-11-30/capacity-providers/:CapacityProviderName/function-versions',
  ],
  [
    'ListFunctionsByCodeSigningConfig',
    'GET /2020-04-22/code-signing-configs/:CodeSigningConfigArn/functions',
  ],
  ['PutFunctionCodeSigningConfig', 'PUT /2020-06-30/functions/:FunctionName/code-signing-config'],
  [
    'SendDurableExecutionCallbackFailure',
    'POST /2025-12-01/durable-execution-callbacks/:CallbackId/fail',
  ],
  [
    'SendDurableExecutionCallbackHeartbeat',
    'POST /2025-12-01/durable-execution-callbacks/:CallbackId/heartbeat',
  ],
  [
    'SendDurableExecutionCallbackSuccess',
    'POST /2025-12-01/durable-execution-callbacks/:CallbackId/succeed',
  ],
  ['StopDurableExecution', 'POST /2025-12-01/durable-executions/:DurableExecutionArn/stop'],
  ['UpdateCapacityProvider', 'PUT /2025-11-30/capacity-providers/:CapacityProviderName'],
  ['UpdateCodeSigningConfig', 'PUT /2020-04-22/code-signing-configs/:CodeSigningConfigArn'],
] as const satisfies readonly [name: string, route: Operation['route']][]

export const REFUSED_OPERATIONS = REFUSED.map(([name, route]) =>
  operation({
    name,
    route,
    status: 200,
    isPayload: true,
    input: Type.Object({}),
    async run() {
      const message = `${name} is not available on this platform.`
      throw new LambdaError('NotImplementedException', message)
    },
  }),
)
