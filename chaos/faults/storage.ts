import { BOTH, type FaultKind } from '../fault.ts'
import type { RelayMode } from '../webhook-relay.ts'
import type { World } from '../world.ts'

const REPLAYED_MAX = 20

/** The S3 server, and the way from it to the gateway. */
export const storageFaults: Record<string, FaultKind> = {
  'kill-storage': {
    does: 'SIGKILL of the S3 server; started again',
    follows: 'objects are answered 503; what it forgets to report is found by the scan',
    topologies: BOTH,
    lengthMs: [200, 4000],
    start: (world) => world.minio.kill(),
  },
  'freeze-storage': {
    does: 'SIGSTOP of the S3 server',
    follows: 'as above, after 1.5 s',
    topologies: BOTH,
    lengthMs: [500, 6000],
    start: (world) => world.minio.freeze(),
  },
  'turn-webhooks-away': relayed('away', {
    does: 'the gateway’s webhook cannot be reached',
    follows: 'the S3 server keeps the events on its disk and sends them when it can',
  }),
  'fail-webhooks': relayed('error', {
    does: 'webhooks are answered 503',
    follows: 'as above',
  }),
  'hang-webhooks': relayed('hang', {
    does: 'webhooks are not answered',
    follows: 'as above, when the connection ends',
  }),
  'lose-webhook-answers': relayed('forget', {
    does: 'webhooks arrive, their answers are lost',
    follows: 'they come again and are known: one invocation for each change',
  }),
  'swallow-webhooks': relayed('swallow', {
    does: 'webhooks are answered 2xx by something that passes them to nobody',
    follows: 'the scan of the bucket finds the objects',
  }),
  'reorder-webhooks': relayed('reorder', {
    does: 'webhooks arrive in another order',
    follows: 'each change has its own invocation, in whatever order',
  }),
  'repeat-webhooks': {
    ...relayed('repeat', {
      does: 'webhooks arrive twice, and old ones once more',
      follows: 'they are known: one invocation for each change',
    }),
    start(world) {
      const lift = world.relay.impose('repeat')
      return async () => {
        lift()
        await world.relay.replay(REPLAYED_MAX)
      }
    },
  },
  'poison-webhooks': {
    does: 'webhooks that are no events: no JSON, wrong fields, 2 MB',
    follows: 'each is put aside and answered 2xx, so that it holds up nothing',
    topologies: BOTH,
    lengthMs: [500, 2000],
    async start(world) {
      for (const body of POISON) await poison(world, body)
      return () => undefined
    },
  },
}

const POISON = [
  'not JSON',
  '{"Records":[{"eventName":"s3:ObjectCreated:Put"}]}',
  '{"Records":{"length":3}}',
  '[]',
  'x'.repeat(2 * 1024 * 1024),
]

/** Where Redis is away meanwhile it may be told to come again, where the gateway is, get no answer; else it must be taken. */
async function poison({ relay, notes }: World, body: string): Promise<void> {
  if (!relay.hasSeenAny) return
  const status = await relay.send(Buffer.from(body)).catch(() => undefined)
  if (status === undefined || status < 300 || status === 503) return
  notes.push(`A webhook that is no event was answered ${status}: it would hold up all behind it`)
}

function relayed(mode: RelayMode, words: { does: string; follows: string }): FaultKind {
  return {
    ...words,
    topologies: BOTH,
    lengthMs: [1000, 8000],
    start: (world) => world.relay.impose(mode),
  }
}
