import { jsonProtocol } from './json-protocol.ts'
import { EVENT_OPERATIONS } from './logs-events.ts'
import { GROUP_OPERATIONS, LIST_OPERATIONS } from './logs-groups.ts'
import { logResource } from './logs-shapes.ts'
import { STREAM_OPERATIONS } from './logs-streams.ts'
import type { Operations } from './operation.ts'
import { serviceRoutes } from './service-routes.ts'

/** CloudWatch Logs, as far as it is about the logs of functions: to read them, and how long they are kept. */
export const logsRoutes = serviceRoutes(
  'logs',
  jsonProtocol(
    'Logs_20140328',
    {
      ...LIST_OPERATIONS,
      ...ofGroup({ ...GROUP_OPERATIONS, ...STREAM_OPERATIONS, ...EVENT_OPERATIONS }),
    },
    { validation: 'InvalidParameterException' },
  ),
)

function ofGroup(operations: Operations): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([name, one]) => [name, { ...one, resource: logResource }]),
  )
}
