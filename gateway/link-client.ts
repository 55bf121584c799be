import { createHash } from 'node:crypto'
import { type Check, silentScheduler } from '../core/diagnosis/check.ts'
import { HearthError } from '../core/errors.ts'
import type { Frame } from '../core/frame.ts'
import { streamAnswer } from '../core/links/answer-stream.ts'
import type {
  InvokeAnswer,
  InvokeLink,
  InvokeRequest,
  ProvisionedState,
  SandboxReport,
  SchedulerHealth,
  StreamedAnswer,
} from '../core/links/invoke-link.ts'
import type { LinkAnswer } from '../core/links/link-wire.ts'
import { labelled, type MetricFamily, single } from '../core/metrics/metric-family.ts'
import { NODE_LEASE_MS, type Node, type NodeRegistry } from '../core/process/node-registry.ts'
import { type Asking, LinkConnection, type LinkQuestion } from './link-connection.ts'

/** The longest function, and the longest wait for room before it, and some. */
const INVOKE: Asking = { timeoutMs: (900 + 900 + 10) * 1000 }
const ANNOUNCE: Asking = { timeoutMs: NODE_LEASE_MS }
const HEALTH_MS = 1_500
/** More than what each of its looks may take. */
const DIAGNOSE_MS = 4_500
const SILENCE_MS = 15_000
/** How old the list of nodes may be before it is read again. */
const NODES_FRESH_MS = 1_000

interface NodeAnswer {
  node: Node
  head: LinkAnswer
}

/** The invoke link of a gateway that is a service of its own: to every scheduler with a live lease. */
export class LinkClient implements InvokeLink {
  readonly #registry: NodeRegistry
  readonly #token: string
  readonly #silenceMs: number
  readonly #connections = new Map<string, Promise<LinkConnection>>()
  #nodes: Node[] = []
  #nodesReadAt = 0

  /** A scheduler that owes answers and is silent for `silenceMs` is as good as gone. */
  constructor(registry: NodeRegistry, token: string, silenceMs = SILENCE_MS) {
    this.#registry = registry
    this.#token = token
    this.#silenceMs = silenceMs
  }

  async invoke({ event, ...request }: InvokeRequest): Promise<InvokeAnswer> {
    const connection = await this.#nearest(request.functionName)
    const frame = await connection.ask({ type: 'invoke', ...request }, event, INVOKE)
    return answerOf(frame)
  }

  async invokeStream({ event, ...request }: InvokeRequest): Promise<StreamedAnswer> {
    const connection = await this.#nearest(request.functionName)
    return streamAnswer(async (stream) => {
      const question = { type: 'stream', ...request } as const
      return answerOf(await connection.ask(question, event, { ...INVOKE, stream }))
    })
  }

  /** A node that cannot be asked holds the deployment up until it answers or its lease has ended. */
  async announce(functionName: string): Promise<void> {
    const deadline = Date.now() + 2 * NODE_LEASE_MS
    const nodes = await this.#liveNodes(0)
    if (nodes.length === 0) throw new HearthError('SchedulerUnavailable')
    await Promise.all(nodes.map((node) => this.#announceTo(node, functionName, deadline)))
  }

  async provisioned(functionName: string): Promise<ProvisionedState[]> {
    const connection = await this.#nearest(functionName)
    const { head } = await connection.ask(
      { type: 'provisioned', functionName },
      undefined,
      ANNOUNCE,
    )
    if (head.type !== 'kept') throw new HearthError('Internal')
    return head.states
  }

  async health(): Promise<SchedulerHealth> {
    const connection = await this.#nearest('')
    const { head } = await connection.ask({ type: 'health' }, undefined, { timeoutMs: HEALTH_MS })
    if (head.type !== 'healthy') throw new HearthError('Internal')
    return head.health
  }

  async sandboxes(): Promise<SandboxReport[]> {
    const answers = await this.#askAll({ type: 'sandboxes' })
    return answers.flatMap(({ head }) => (head.type === 'running' ? head.sandboxes : []))
  }

  /** Ids are unique among all nodes; which of them has it, none but itself knows. */
  async endSandbox(id: string): Promise<void> {
    await this.#askAll({ type: 'end', sandbox: id })
  }

  async metrics(): Promise<MetricFamily[]> {
    const nodes = await this.#liveNodes(NODES_FRESH_MS)
    if (nodes.length === 0) throw new HearthError('SchedulerUnavailable')
    return (await Promise.all(nodes.map((node) => this.#metricsOf(node)))).flat()
  }

  /** Where there are several, each check is named with its node; one that does not answer has failed. */
  async diagnose(): Promise<Check[]> {
    const nodes = await this.#liveNodes(NODES_FRESH_MS)
    if (nodes.length === 0) throw new HearthError('SchedulerUnavailable')
    const found = nodes.map(async (node) => {
      const checks = await this.#diagnosisOf(node)
      if (nodes.length === 1) return checks
      return checks.map((check) => ({ ...check, name: `${check.name} (${node.id})` }))
    })
    return (await Promise.all(found)).flat()
  }

  async close(): Promise<void> {
    const connections = await Promise.allSettled(this.#connections.values())
    for (const found of connections) if (found.status === 'fulfilled') found.value.close()
  }

  /**
   * What those nodes answer that do; where none does, rejects as the first one that was reached has, or
   * with SchedulerUnavailable.
   */
  async #askAll(question: LinkQuestion): Promise<NodeAnswer[]> {
    const nodes = await this.#liveNodes(NODES_FRESH_MS)
    const asked = nodes.map(async (node) => {
      const connection = await this.#connect(node)
      const { head } = await connection.ask(question, undefined, { timeoutMs: HEALTH_MS })
      return { node, head }
    })
    const ends = await Promise.allSettled(asked)
    const answers = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
    if (answers.length > 0) return answers
    const refusals = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    throw refusals.find((error) => !isUnavailable(error)) ?? new HearthError('SchedulerUnavailable')
  }

  async #diagnosisOf(node: Node): Promise<Check[]> {
    try {
      const connection = await this.#connect(node)
      const asking = { timeoutMs: DIAGNOSE_MS }
      const { head } = await connection.ask({ type: 'diagnose' }, undefined, asking)
      return head.type === 'diagnosed' ? head.checks : []
    } catch (error) {
      return [silentScheduler((error as Error).message)]
    }
  }

  async #metricsOf(node: Node): Promise<MetricFamily[]> {
    const families: MetricFamily[] = []
    try {
      const connection = await this.#connect(node)
      const asking = { timeoutMs: HEALTH_MS }
      const { head, body } = await connection.ask({ type: 'metrics' }, undefined, asking)
      if (head.type === 'measured') families.push(...(JSON.parse(String(body)) as MetricFamily[]))
    } catch {
      // Told as down: whoever watches the platform is owed the others' all the same.
    }
    const up = { name: 'hearth_scheduler_up', help: 'Whether a scheduler answers' } as const
    const isUp = single({ ...up, type: 'gauge' }, families.length > 0 ? 1 : 0)
    return labelled([isUp, ...families], { node: node.id })
  }

  async #announceTo(node: Node, functionName: string, deadline: number): Promise<void> {
    for (;;) {
      try {
        const connection = await this.#connect(node)
        await connection.ask({ type: 'announce', functionName }, undefined, ANNOUNCE)
        return
      } catch (error) {
        if (!isUnavailable(error) || Date.now() > deadline) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, 250))
      const live = await this.#liveNodes(0)
      if (!live.some(({ id }) => id === node.id)) return
    }
  }

  /** One function goes to one node while it lives, so that its warm sandboxes are found. */
  async #nearest(functionName: string): Promise<LinkConnection> {
    const nodes = await this.#liveNodes(NODES_FRESH_MS)
    for (const node of byRendezvous(nodes, functionName)) {
      try {
        return await this.#connect(node)
      } catch {
        // Nothing was sent yet, so the next node may have the invocation.
        this.#nodesReadAt = 0
      }
    }
    throw new HearthError('SchedulerUnavailable')
  }

  /** With Redis away the nodes known last stand, so that warm invocations go on. */
  async #liveNodes(maxAgeMs: number): Promise<Node[]> {
    if (this.#nodes.length > 0 && Date.now() - this.#nodesReadAt <= maxAgeMs) return this.#nodes
    try {
      this.#nodes = await this.#registry.live()
      this.#nodesReadAt = Date.now()
    } catch (error) {
      if (maxAgeMs === 0 || this.#nodes.length === 0) throw error
    }
    return this.#nodes
  }

  async #connect(node: Node): Promise<LinkConnection> {
    const known = this.#connections.get(node.address)
    if (known !== undefined) {
      const connection = await known
      if (connection.open) return connection
      // Of all who have waited for it, the first has opened the next one already.
      if (this.#connections.get(node.address) !== known) return this.#connect(node)
    }
    const opened = LinkConnection.open(node.address, this.#token, this.#silenceMs)
    this.#connections.set(node.address, opened)
    opened.catch(() => {
      if (this.#connections.get(node.address) === opened) this.#connections.delete(node.address)
    })
    return opened
  }
}

function answerOf({ head, body }: Frame<LinkAnswer>): InvokeAnswer {
  if (head.type !== 'answer') throw new HearthError('Internal')
  return { ...head.answer, result: body }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HearthError && error.code === 'SchedulerUnavailable'
}

function byRendezvous(nodes: Node[], functionName: string): Node[] {
  if (nodes.length < 2) return nodes
  const weight = ({ id }: Node) => createHash('sha1').update(`${id} ${functionName}`).digest('hex')
  return nodes
    .map((node) => ({ node, weight: weight(node) }))
    .sort((a, b) => (a.weight < b.weight ? 1 : -1))
    .map(({ node }) => node)
}
