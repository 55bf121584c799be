import { call, errorOf, path, respond } from '../api.ts'

/** The zip of a function's code, by the signed link that GetFunction gives. Throws ApiError. */
export async function readPackage(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const { Code } = await call<{ Code: { Location: string } }>(
    `GET ${path`/2015-03-31/functions/${name}`}`,
  )
  // The link names the host as another caller might see it; it is this one.
  const { pathname, search } = new URL(Code.Location)
  const response = await respond(`GET ${pathname}${search}`)
  if (!response.ok) throw errorOf(response, await response.text())
  return new Uint8Array(await response.arrayBuffer())
}
