import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { checkProvisioned, mostWanted } from '../../core/functions/provisioned-concurrency.ts'
import {
  listProvisioned,
  type ProvisionedConfig,
  provisionedStatus,
  putProvisioned,
  readProvisioned,
  removeProvisioned,
} from '../functions/provisioned.ts'
import { type Qualified, type Unfit, whyUnfit } from '../functions/unfit-provisioned.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
import {
  ProvisionedAnswer,
  ProvisionedBody,
  ProvisionedList,
  ProvisionedParams,
} from '../schemas/provisioned-concurrency.ts'

const path = '/functions/:name/provisioned-concurrency'
const tags = ['Versions']

/** Says how many sandboxes of a version or an alias are kept ready, and when. */
export function setProvisionedRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.put(
    `${path}/:qualifier`,
    {
      schema: {
        tags,
        summary: 'Keep sandboxes of a version or an alias ready, always or in windows of time',
        description:
          'A window opens whenever its schedule fires, and is open for so many minutes: until then ' +
          'the larger of its count and the other is kept. Windows open and close within ten seconds ' +
          'of their time, and the sandboxes take a moment to start. What is sent replaces what was set.',
        params: ProvisionedParams,
        body: ProvisionedBody,
        response: { 200: ProvisionedAnswer },
      },
      config: {
        errors: [
          'FunctionNotFound',
          'AliasNotFound',
          'InvalidSchedule',
          'FunctionChanged',
          'SchedulerUnavailable',
        ],
      },
    },
    async ({ params: { name, qualifier }, body: { count, windows = [] }, log }) => {
      const of = { functionName: name, qualifier }
      const wanted = { requested: count, windows }
      checkProvisioned(wanted)
      const unfit = await whyUnfit(parts, of, mostWanted(wanted))
      if (unfit) throw new HearthError('InvalidRequest', { reason: REASONS[unfit] })
      const config = await putProvisioned(parts, of, { count, windows })
      log.info({ functionName: name, qualifier, count }, 'Provisioned concurrency set')
      return answer(of, config)
    },
  )

  app.delete(
    `${path}/:qualifier`,
    {
      schema: {
        tags,
        summary: 'Keep nothing of a version or an alias ready any more; its windows go too',
        params: ProvisionedParams,
        response: { 204: Type.Null({ description: 'They leave' }) },
      },
      config: { errors: ['FunctionNotFound', 'AliasNotFound', 'SchedulerUnavailable'] },
    },
    async ({ params: { name, qualifier }, log }, reply) => {
      await removeProvisioned(parts, { functionName: name, qualifier })
      log.info({ functionName: name, qualifier }, 'Provisioned concurrency removed')
      return reply.code(204).send(null)
    },
  )
}

/** Reads it, with what there is of it now. */
export function provisionedRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List the versions and aliases of a function that are kept ready',
        params: FunctionParams,
        response: { 200: ProvisionedList },
      },
      config: { errors: ['FunctionNotFound', 'SchedulerUnavailable'] },
    },
    async ({ params: { name } }) => {
      const configs = await listProvisioned(parts, name)
      return {
        provisionedConcurrency: configs.map((config) =>
          answer({ functionName: name, qualifier: config.qualifier }, config),
        ),
      }
    },
  )

  app.get(
    `${path}/:qualifier`,
    {
      schema: {
        tags,
        summary: 'Read how many sandboxes of a version or an alias are kept ready, and are there',
        params: ProvisionedParams,
        response: { 200: ProvisionedAnswer },
      },
      config: { errors: ['FunctionNotFound', 'AliasNotFound', 'SchedulerUnavailable'] },
    },
    async ({ params: { name, qualifier } }) => {
      const of = { functionName: name, qualifier }
      return answer(of, await readProvisioned(parts, of))
    },
  )
}

const REASONS: Readonly<Record<Unfit, string>> = {
  unpublished:
    'what is kept ready must be a published version: publish one, and name it or an alias that points at it',
  'over-reserved':
    'more would be kept than "reservedConcurrency" lets the function run: lower the counts, or raise that',
  'alias-has-some':
    'an alias that points at this version has provisioned concurrency already: delete that first, or change it instead',
  'version-has-some':
    'a version that this alias points at has provisioned concurrency already: delete that first',
}

const NOTHING: Omit<ProvisionedConfig, 'qualifier' | 'lastModified'> = {
  count: 0,
  windows: [],
  requested: 0,
  allocated: 0,
  available: 0,
}

function answer(of: Qualified, config?: ProvisionedConfig): ProvisionedAnswer {
  const { reason: _reason, windows, ...rest } = config ?? { ...NOTHING, ...of, reason: undefined }
  return {
    ...rest,
    ...of,
    windows: windows.map(({ closesAt, nextOpensAt, ...window }) => ({
      ...window,
      ...(closesAt && { closesAt: closesAt.toISOString() }),
      ...(nextOpensAt && { nextOpensAt: nextOpensAt.toISOString() }),
    })),
    ...provisionedStatus({ ...of, ...(config ?? NOTHING) }),
  }
}
