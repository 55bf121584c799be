import { Type } from 'typebox'
import { POLICY_OPERATIONS } from './iam-policies.ts'
import { POLICY_VERSION_OPERATIONS } from './iam-policy-versions.ts'
import { ROLE_POLICY_OPERATIONS } from './iam-role-policies.ts'
import { ROLE_OPERATIONS } from './iam-roles.ts'
import { closed, iamArn, noSuchEntity } from './iam-shapes.ts'
import { type Operations, operation } from './operation.ts'
import { queryProtocol } from './query-protocol.ts'
import { serviceRoutes } from './service-routes.ts'

const UserName = Type.String({ minLength: 1, maxLength: 128, pattern: '^[\\w+=,.@-]+$' })

/** There are no users but the access keys: each is one of the same name. */
const USER_OPERATIONS: Operations = {
  GetUser: operation(
    Type.Object({ UserName: Type.Optional(UserName) }, closed),
    ({ UserName: asked }, { accessKey }) => {
      if (asked !== undefined && asked !== accessKey) {
        throw noSuchEntity(`The user with name ${asked} cannot be found.`)
      }
      return {
        User: {
          Path: '/',
          UserName: accessKey,
          UserId: accessKey,
          Arn: iamArn('user', '/', accessKey),
          CreateDate: new Date(0),
        },
      }
    },
  ),
}

/** IAM as deployment tools need it. */
export const iamRoutes = serviceRoutes(
  'iam',
  queryProtocol('https://iam.amazonaws.com/doc/2010-05-08/', {
    ...USER_OPERATIONS,
    ...ROLE_OPERATIONS,
    ...ROLE_POLICY_OPERATIONS,
    ...POLICY_OPERATIONS,
    ...POLICY_VERSION_OPERATIONS,
  }),
)
