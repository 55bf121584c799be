import { call, errorOf, path, query, respond } from '../api.ts'

/** What of a code package is asked for: the current state, or a version. */
export interface PackageOf {
  name: string
  qualifier?: string
}

/** The zip of a function's code, by the signed link that GetFunction gives. Throws ApiError. */
export async function readPackage({
  name,
  qualifier,
}: PackageOf): Promise<Uint8Array<ArrayBuffer>> {
  const route = path`/2015-03-31/functions/${name}` + query({ Qualifier: qualifier })
  const { Code } = await call<{ Code: { Location: string } }>(`GET ${route}`)
  // The link names the host as another caller might see it; it is this one.
  const { pathname, search } = new URL(Code.Location)
  const response = await respond(`GET ${pathname}${search}`)
  if (!response.ok) throw errorOf(response, await response.text())
  return new Uint8Array(await response.arrayBuffer())
}
