import { Hash } from '@smithy/core/serde'
import { getCanonicalHeaders, SignatureV4Base } from '@smithy/signature-v4'
import { headerOf, queryOf, type SignedRequest } from './signed-request.ts'

/** Of the library's signer the part that puts a request in order: its signing waits ten times. */
class CanonicalForm extends SignatureV4Base {
  constructor({ uriEscapePath }: { uriEscapePath: boolean }) {
    const nobody = { accessKeyId: '', secretAccessKey: '' }
    const sha256 = Hash.bind(null, 'sha256')
    super({ service: '', region: '', credentials: nobody, sha256, uriEscapePath })
  }

  of(request: SignedRequest, signedHeaders: ReadonlySet<string>, payload: string): string {
    const { method, url } = request
    const [path = '/'] = url.split('?', 1)
    const query = queryOf(url) as Record<string, string | string[]>
    const headers: Record<string, string> = {}
    for (const name of signedHeaders) {
      const value = headerOf(request, name)
      if (value !== undefined) headers[name] = value
    }
    const form = { method, protocol: 'http:', hostname: '', path, query, headers }
    const canonicalHeaders = getCanonicalHeaders(form, undefined, signedHeaders as Set<string>)
    return this.createCanonicalRequest(form, canonicalHeaders, payload)
  }
}

/** S3 signs a path as it is; all others encode what is encoded once more. */
const OF_S3 = new CanonicalForm({ uriEscapePath: false })
const OF_OTHERS = new CanonicalForm({ uriEscapePath: true })

/**
 * The text that a signature is made of: method, path, query, headers and what stands for the body,
 * in one order and one spelling. A header that is said to be signed and is not there is left out.
 */
export function canonicalRequest(
  request: SignedRequest,
  of: { service: string; signedHeaders: ReadonlySet<string>; payload: string },
): string {
  const form = of.service === 's3' ? OF_S3 : OF_OTHERS
  return form.of(request, of.signedHeaders, of.payload)
}
