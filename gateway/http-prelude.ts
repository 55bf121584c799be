import { type UrlHead, urlHead } from './function-url-payload.ts'

/** Between a response's status and headers, as JSON, and its body. */
const END = Buffer.alloc(8)
/** Node's own limit of headers is 16 KB; JSON and cookies take more. */
const PRELUDE_BYTES_MAX = 64 * 1024

export interface OpenedResponse {
  head: UrlHead
  /** What has come of the body with it. */
  rest: Buffer
}

/**
 * Reads what a handler has put before its body by `HttpResponseStream.from`. Undefined where the
 * bytes end or grow too many before that is complete, or where it cannot be sent.
 */
export async function readPrelude(
  chunks: AsyncIterator<Buffer>,
): Promise<OpenedResponse | undefined> {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const end = bytes.indexOf(END)
    if (end >= 0) {
      const head = headOf(bytes.subarray(0, end))
      return head && { head, rest: bytes.subarray(end + END.length) }
    }
    if (bytes.length > PRELUDE_BYTES_MAX) return undefined
    const next = await chunks.next()
    if (next.done) return undefined
    bytes = Buffer.concat([bytes, next.value])
  }
}

/** Lambda's default is 200. */
function headOf(json: Buffer): UrlHead | undefined {
  try {
    const metadata: unknown = JSON.parse(json.toString())
    return urlHead({ statusCode: 200, ...(metadata as object) }, 'application/octet-stream')
  } catch {
    return undefined
  }
}
