import type { Answer } from '../../api/shapes.ts'
import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { fields } from '../table.ts'

type FunctionUrl = Answer<'/functions/{name}/url'>

interface UrlOptions {
  qualifier?: string
}

interface CreateOptions extends UrlOptions {
  auth?: FunctionUrl['authType']
  mode?: FunctionUrl['invokeMode']
}

export async function show(
  { client, screen }: Context,
  { words, options }: Given<UrlOptions>,
): Promise<void> {
  const params = paramsOf(words, options)
  const url = answered(await client.api.GET('/functions/{name}/url', { params }))
  screen.result(url, () => linesOf(url))
}

/** What is not given stays as it was. */
export async function create(
  { client, screen }: Context,
  { words, options }: Given<CreateOptions>,
): Promise<void> {
  const { auth, mode } = options
  const body = {
    ...(auth !== undefined && { authType: auth }),
    ...(mode !== undefined && { invokeMode: mode }),
  }
  const params = paramsOf(words, options)
  const url = answered(await client.api.PUT('/functions/{name}/url', { params, body }))
  screen.result(url, () => linesOf(url))
}

export async function remove(
  { client, screen }: Context,
  { words, options }: Given<UrlOptions & { yes?: boolean }>,
): Promise<void> {
  const params = paramsOf(words, options)
  const { url } = answered(await client.api.GET('/functions/{name}/url', { params }))
  await confirm(screen, `Take ${url} away?`, options)
  await client.api.DELETE('/functions/{name}/url', { params })
  screen.result({ removed: url }, () => [`${url}: removed`])
}

function paramsOf([name = '']: readonly string[], { qualifier }: UrlOptions) {
  return { path: { name }, query: qualifier === undefined ? {} : { qualifier } }
}

function linesOf({ url, authType, invokeMode, cors }: FunctionUrl): string[] {
  return fields({
    url,
    auth: authType,
    mode: invokeMode,
    cors: cors === undefined ? undefined : JSON.stringify(cors),
  })
}
