import { Type } from 'typebox'
import { ACCOUNT_ID } from '../../core/functions/function.ts'
import { AwsError } from './aws-error.ts'
import { iamArn } from './iam-shapes.ts'
import { type Operations, operation } from './operation.ts'
import { queryProtocol } from './query-protocol.ts'
import { serviceRoutes } from './service-routes.ts'

const anything = Type.Object({})

const STS_OPERATIONS: Operations = {
  GetCallerIdentity: operation(anything, (_input, { accessKey }) => ({
    UserId: accessKey,
    Account: ACCOUNT_ID,
    Arn: iamArn('user', '/', accessKey),
  })),
  AssumeRole: operation(anything, () => noTemporaryKeys('AssumeRole')),
  GetSessionToken: operation(anything, () => noTemporaryKeys('GetSessionToken')),
}

function noTemporaryKeys(name: string): never {
  throw new AwsError(
    'UnsupportedOperation',
    `${name} is not supported by this platform: it gives no temporary credentials. Use the access key itself.`,
  )
}

/** STS: who a caller is. */
export const stsRoutes = serviceRoutes(
  'sts',
  queryProtocol('https://sts.amazonaws.com/doc/2011-06-15/', STS_OPERATIONS),
)
