import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TObject } from 'typebox'
import type { GatewayParts } from '../parts.ts'

/** One request for an operation. */
export interface OperationCall {
  parts: GatewayParts
  request: FastifyRequest
  reply: FastifyReply
}

/** One of Lambda's operations. */
export interface Operation {
  name: string
  /** Method and dated path; parameters are members of the input. */
  route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`
  /** Of operations that share a route: the query that names this one. */
  when?: Record<string, string>
  /** Of its success. */
  status: number
  input: TObject
  /** Bytes of its largest request. */
  bodyLimit?: number
  /** What it sets is kept and read back, and changes nothing else. */
  storedOnly?: boolean
  /** Whether the body is a payload, which nobody here parses. */
  isPayload?: boolean
  /** What is to be answered as JSON; undefined for an empty body, or where the reply was sent. */
  run(call: OperationCall, input: never): Promise<unknown>
}

/** Ties what `run` gets to the schema of its input. */
export function operation<Input extends TObject>(
  definition: Omit<Operation, 'input' | 'run'> & {
    input: Input
    run(call: OperationCall, input: Static<Input>): Promise<unknown>
  },
): Operation {
  return definition
}

/** Whether a request with this query means the operation, of those that share its route. */
export function isMeant({ when = {} }: Operation, asked: Record<string, unknown>): boolean {
  return Object.entries(when).every(([name, value]) => asked[name] === value)
}
