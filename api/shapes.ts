import type { paths } from './types.ts'

type Methods = 'get' | 'post' | 'put' | 'patch' | 'delete'
type MethodOf<Path extends keyof paths> = Methods & keyof paths[Path]

/** The JSON that a route answers, whichever of its statuses below 400 it has. */
export type Answer<
  Path extends keyof paths,
  Method extends MethodOf<Path> = 'get' & MethodOf<Path>,
> = paths[Path][Method] extends { responses: infer Responses }
  ? { [Status in keyof Responses]: JsonOf<Responses[Status]> }[keyof Responses]
  : never

type JsonOf<Response> = Response extends { content: { 'application/json': infer Json } }
  ? Json
  : never

/** What a route takes behind its "?". */
export type Query<
  Path extends keyof paths,
  Method extends MethodOf<Path> = 'get' & MethodOf<Path>,
> = paths[Path][Method] extends { parameters: { query?: infer Given } } ? NonNullable<Given> : never

export type FunctionDefinition = Answer<'/functions/{name}'>
export type Alias = Answer<'/functions/{name}/aliases/{alias}'>
export type Invocation = Answer<'/invocations/{id}'>
export type InvocationFilter = Query<'/invocations'>
export type LogLine = Answer<'/functions/{name}/logs'>['lines'][number]
export type LogFilter = Query<'/functions/{name}/logs'>
export type FunctionUsage = Answer<'/usage'>['functions'][number]
export type Check = Answer<'/diagnosis'>['checks'][number]
