import type { FastifyRequest } from 'fastify'
import { HearthError } from '../../core/errors.ts'
import { refusalOf, signedRequestOf } from '../caller.ts'
import type { AccessKey, AccessKeys } from '../signature/access-keys.ts'
import { type Asked, deniesSome } from '../signature/policy.ts'
import { verifyRequest } from '../signature/verification.ts'
import { readCopySource, type S3Address } from './s3-address.ts'
import { S3Error } from './s3-error.ts'

/**
 * Verifies the signature of a request whose body nobody has read, and asks the key's statements. The
 * body goes on with the hash that is signed for it, and the store compares. Gives back whose it is.
 * Throws S3Error.
 */
export function requireStorageRight(
  request: FastifyRequest,
  address: S3Address,
  keys: AccessKeys,
): AccessKey {
  try {
    const { key } = verifyRequest(signedRequestOf(request), { keys, service: 's3' })
    for (const asked of askedOf(request, address)) {
      const refusal = refusalOf(key, asked)
      if (refusal) throw refusal
    }
    if (removesSeveral(address) && deniesSome(key.statements, REMOVAL, `${arnOf(address)}`)) {
      throw new S3Error(
        'AccessDenied',
        'A statement denies the removal of some objects of this bucket: remove them one by one.',
      )
    }
    return key
  } catch (error) {
    throw error instanceof HearthError ? inWordsOfS3(error) : error
  }
}

/** A copy reads its source, too. */
function askedOf({ method, headers }: FastifyRequest, address: S3Address): Asked[] {
  const asked = { action: storageAction(method, address), resource: arnOf(address) }
  const source = headers['x-amz-copy-source'] ?? address.query.get('x-amz-copy-source') ?? undefined
  if (source === undefined) return [asked]
  const read = readCopySource(String(source))
  return [asked, { action: 's3:GetObject', resource: arnOf(read) }]
}

const REMOVAL = 's3:DeleteObject'

function removesSeveral({ key, query }: S3Address): boolean {
  return key === '' && query.has('delete')
}

/** Several objects are named in the body: whoever removes those may remove all of the bucket. */
function arnOf({ bucket, key, query }: S3Address): string {
  if (bucket === '') return '*'
  if (key !== '') return `arn:aws:s3:::${bucket}/${key}`
  return query.has('delete') ? `arn:aws:s3:::${bucket}/*` : `arn:aws:s3:::${bucket}`
}

/** Of subresources, what AWS calls their actions; those that are not here only `s3:*` allows. */
const BUCKET_ACTIONS: Readonly<Record<string, string>> = {
  'GET ': 's3:ListBucket',
  'GET location': 's3:GetBucketLocation',
  'GET notification': 's3:GetBucketNotification',
  'GET uploads': 's3:ListBucketMultipartUploads',
  'GET versions': 's3:ListBucketVersions',
  'PUT ': 's3:CreateBucket',
  'PUT notification': 's3:PutBucketNotification',
  'DELETE ': 's3:DeleteBucket',
  'POST delete': 's3:DeleteObject',
}

const OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  'GET ': 's3:GetObject',
  'GET uploadId': 's3:ListMultipartUploadParts',
  'PUT ': 's3:PutObject',
  'PUT uploadId': 's3:PutObject',
  'POST uploads': 's3:PutObject',
  'POST uploadId': 's3:PutObject',
  'DELETE ': 's3:DeleteObject',
  'DELETE uploadId': 's3:AbortMultipartUpload',
}

/** Parameters that say how, and not what. */
const PLAIN =
  /^(?:x-amz-|x-id$|list-type$|prefix$|delimiter$|marker$|max-keys$|max-uploads$|max-parts$|max-buckets$|encoding-type$|continuation-token$|start-after$|fetch-owner$|key-marker$|upload-id-marker$|version-id-marker$|part-number-marker$|partnumber$|versionid$|response-)/i

function storageAction(method: string, { bucket, key, query }: S3Address): string {
  if (bucket === '') return 's3:ListAllMyBuckets'
  const [subresource = '', ...others] = [...query.keys()].filter((name) => !PLAIN.test(name))
  const verb = method === 'HEAD' ? 'GET' : method
  const actions = key === '' ? BUCKET_ACTIONS : OBJECT_ACTIONS
  const action = others.length === 0 ? actions[`${verb} ${subresource}`] : undefined
  return action ?? `s3:Other${verb}`
}

function inWordsOfS3(error: HearthError): S3Error {
  const options = { cause: error }
  if (error.code === 'AccessDenied') return new S3Error('AccessDenied', error.message, options)
  if (error.code !== 'InvalidSignature')
    return new S3Error('InvalidRequest', error.message, options)
  const { fault } = error.details
  if (fault === 'expired' || fault === 'early') {
    return new S3Error('RequestTimeTooSkewed', error.message, options)
  }
  return new S3Error('SignatureDoesNotMatch', error.message, options)
}
