import { call, path, query, type Sent } from '../api.ts'
import type { FunctionDefinition } from '../types.ts'
import type { PartProps } from './part-props.ts'

type Changed = Pick<PartProps, 'definition' | 'take'>

/** Changes the fields that are named. Throws ApiError, RevisionMismatch where somebody else was first. */
export async function configure({ definition, take }: Changed, json: object): Promise<void> {
  const { name, revisionId } = definition
  const route = path`/functions/${name}` + query({ revisionId })
  take(await call<FunctionDefinition>(`PATCH ${route}`, { json }))
}

/** Deploys other code, and resolves to the function with it. Throws as `configure` does. */
export async function deploy(of: Changed, code: Sent): Promise<FunctionDefinition> {
  const { name, revisionId } = of.definition
  const route = path`/functions/${name}/code` + query({ revisionId })
  const deployed = await call<FunctionDefinition>(`PUT ${route}`, code)
  of.take(deployed)
  return deployed
}

/** Makes the current state what a version is, in one step. Throws as `configure` does. */
export async function restore({ definition, take }: Changed, version: string): Promise<void> {
  const { name, revisionId } = definition
  const route = path`/functions/${name}/versions/${version}/restore` + query({ revisionId })
  take(await call<FunctionDefinition>(`POST ${route}`))
}

/** The function as it is now. Throws ApiError. */
export async function readAgain({ definition, take }: Changed): Promise<FunctionDefinition> {
  const now = await call<FunctionDefinition>(`GET ${path`/functions/${definition.name}`}`)
  take(now)
  return now
}
