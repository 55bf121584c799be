import { Type } from 'typebox'
import { SANDBOX_STATES } from '../../core/links/invoke-link.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const SandboxId = Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$', description: 'Of the list' })

const Sandbox = Type.Object({
  id: Type.String(),
  functionName: Type.Optional(Type.String({ description: 'Absent while it is nobody’s' })),
  version: Type.Optional(Type.String()),
  state: Type.Enum([...SANDBOX_STATES], {
    description:
      'booting, generic: nobody’s yet. initialising: loads its function. idle: waits. paused: the same, frozen. busy: runs something.',
  }),
  memoryMb: Type.Integer(),
  ageMs: Type.Integer({ description: 'Since it was started' }),
  running: Type.Integer({ description: 'Invocations that it runs' }),
  isProvisioned: Type.Boolean({ description: 'Kept ready for its function, called or not' }),
})

const tags = ['Sandboxes']

/** What runs on the hosts of the platform. */
export function sandboxRoutes(app: GatewayApp, { link }: GatewayParts): void {
  app.get(
    '/sandboxes',
    {
      schema: {
        tags,
        summary: 'List the sandboxes that there are, of all schedulers',
        description: 'No more than POOL_MAX of each; a scheduler that does not answer is left out.',
        response: { 200: Type.Object({ sandboxes: Type.Array(Sandbox) }) },
      },
      config: { errors: ['SchedulerUnavailable'] },
    },
    async () => ({ sandboxes: await link.sandboxes() }),
  )

  app.delete(
    '/sandboxes/:id',
    {
      schema: {
        tags,
        summary: 'End a sandbox now',
        description:
          'What it runs fails by the platform’s fault: a synchronous invocation is answered ' +
          'SandboxEnded, an asynchronous one is tried again and no retry of its function is used up.',
        params: Type.Object({ id: SandboxId }),
        response: { 204: Type.Null({ description: 'It runs nothing any more' }) },
      },
      config: { errors: ['SandboxNotFound', 'SchedulerUnavailable'] },
    },
    async ({ params: { id }, log }, reply) => {
      await link.endSandbox(id)
      log.info({ sandbox: id }, 'Sandbox ended by hand')
      return reply.code(204).send(null)
    },
  )
}
