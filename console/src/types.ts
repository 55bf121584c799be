import type { Answer } from '../../api/shapes.ts'

/** What the REST API answers, by the console's words; made of its document. */
export type {
  Check,
  FunctionDefinition,
  FunctionUsage,
  Invocation,
  LogLine,
} from '../../api/shapes.ts'

export type Alias = Answer<'/functions/{name}/aliases'>['aliases'][number]
export type AsyncConfiguration = Answer<'/functions/{name}/async-configuration'>
export type FunctionUrl = Answer<'/functions/{name}/url'>
export type Provisioned =
  Answer<'/functions/{name}/provisioned-concurrency'>['provisionedConcurrency'][number]
export type Queue = Answer<'/queues'>['queues'][number]
export type Sandbox = Answer<'/sandboxes'>['sandboxes'][number]
export type Scan = Answer<'/buckets/{bucket}/scan'>
export type Timings = NonNullable<Answer<'/invocations/{id}'>['timings']>
export type Trigger = Answer<'/functions/{name}/triggers'>['triggers'][number]
export type Usage = Answer<'/usage'>

export interface Page {
  cursor?: string
}
