import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'

/** A lease that is not renewed for so long is over: its node serves nothing any more. */
export const NODE_LEASE_MS = 10_000
/** How often a scheduler renews its lease. */
export const NODE_RENEWAL_MS = 3_000
const NODES_MAX = 1000

export interface Node {
  id: string
  /** `tcp://host:port` of its invoke link. */
  address: string
}

/** Who runs functions: one lease in Redis per scheduler, gone when its scheduler is. */
export class NodeRegistry {
  readonly #redis: Redis

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Takes or renews the lease. */
  async renew(node: Node): Promise<void> {
    await askRedis(async () => {
      await this.#redis
        .multi()
        .set(keys.node(node.id), node.address, 'PX', NODE_LEASE_MS)
        .sadd(keys.nodes, node.id)
        .exec()
    })
  }

  async leave(nodeId: string): Promise<void> {
    await askRedis(async () => {
      await this.#redis.multi().del(keys.node(nodeId)).srem(keys.nodes, nodeId).exec()
    })
  }

  /** Nodes whose lease lives. Forgets the ids of those that left without a word. */
  async live(): Promise<Node[]> {
    return askRedis(async () => {
      const ids = (await this.#redis.smembers(keys.nodes)).slice(0, NODES_MAX)
      if (ids.length === 0) return []
      const addresses = await this.#redis.mget(ids.map(keys.node))
      const lapsed = ids.filter((_, index) => addresses[index] === null)
      if (lapsed.length > 0) await this.#redis.srem(keys.nodes, ...lapsed)
      return ids.flatMap((id, index) => {
        const address = addresses[index]
        return address ? [{ id, address }] : []
      })
    })
  }
}
