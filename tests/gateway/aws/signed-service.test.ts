import t from 'tap'
import { AWS_PREFIX, pathOfService, signedService } from '../../../gateway/aws/signed-service.ts'

const signed = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=AKID/20261126/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`

t.test('The service is the one of the credential scope', async (t) => {
  for (const service of ['s3', 'sts', 'iam', 'events', 'scheduler']) {
    const headers = { authorization: signed(service) }
    t.equal(signedService({ url: '/', headers }), service)
    t.equal(pathOfService({ url: '/a/b', headers }), `${AWS_PREFIX}/${service}`)
  }
})

t.test('A signature in the query counts as well, slashes encoded or not', async (t) => {
  const scopes = [
    'AKID/20261126/eu-west-1/s3/aws4_request',
    'AKID%2F20261126%2Feu-west-1%2Fs3%2Faws4_request',
  ]
  for (const scope of scopes) {
    const url = `/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${scope}&X-Amz-Date=1`
    t.equal(signedService({ url, headers: {} }), 's3')
  }
})

t.test('Lambda, unknown services and unsigned requests keep their path', async (t) => {
  t.equal(pathOfService({ url: '/', headers: { authorization: signed('lambda') } }), undefined)
  t.equal(pathOfService({ url: '/', headers: { authorization: signed('dynamodb') } }), undefined)
  t.equal(
    pathOfService({ url: '/', headers: { authorization: 'Bearer s3/aws4_request' } }),
    undefined,
  )
  t.equal(pathOfService({ url: '/s3/aws4_request', headers: {} }), undefined)
  t.equal(pathOfService({ headers: {} }), undefined)
})

t.test('A signature of version 2 is S3’s, in the header and in the query', async (t) => {
  t.equal(signedService({ url: '/b/k', headers: { authorization: 'AWS AKID:c2ln' } }), 's3')
  const url = '/b/k?AWSAccessKeyId=AKID&Signature=c2ln&Expires=1795663208'
  t.equal(signedService({ url, headers: {} }), 's3')
  t.equal(signedService({ url: '/b/k?AWSAccessKeyId=AKID', headers: {} }), undefined)
  t.equal(signedService({ url, headers: { authorization: 'Bearer key' } }), undefined)
})
