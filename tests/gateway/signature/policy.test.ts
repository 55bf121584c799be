import t from 'tap'
import { judge, type Statement, type Verdict } from '../../../gateway/signature/policy.ts'

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:'
const allow = (actions: string[], resources: string[]): Statement => ({ actions, resources })
const deny = (actions: string[], resources: string[]): Statement => ({
  effect: 'Deny',
  ...allow(actions, resources),
})
const THUMBS = allow(['lambda:Invoke*'], ['arn:aws:lambda:*:*:function:thumb*'])

const rows: Array<[Statement[], action: string, resource: string, Verdict]> = [
  [[], 'lambda:InvokeFunction', `${ARN}a`, 'allowed by no statement'],
  [[allow(['*'], ['*'])], 'hearth:GetBackup', '*', 'allowed'],
  [[THUMBS], 'lambda:InvokeFunction', `${ARN}thumbnail`, 'allowed'],
  [[THUMBS], 'lambda:InvokeFunction', `${ARN}thumbnail:PROD`, 'allowed'],
  [[THUMBS], 'lambda:InvokeFunction', `${ARN}thum`, 'allowed by no statement'],
  [[THUMBS], 'lambda:InvokeFunction', `${ARN}my-thumb`, 'allowed by no statement'],
  [[THUMBS], 'lambda:InvokeFunction', '*', 'allowed by no statement'],
  [[THUMBS], 'lambda:GetFunction', `${ARN}thumbnail`, 'allowed by no statement'],
  [[THUMBS], 'LAMBDA:INVOKEASYNC', `${ARN}thumbnail`, 'allowed'],
  [[THUMBS], 'lambda:InvokeFunction', `${ARN}Thumbnail`, 'allowed by no statement'],
  [[allow(['lambda:Get*', 's3:Get?bject'], ['*'])], 's3:GetObject', 'arn:aws:s3:::b/k', 'allowed'],
  [[allow(['s3:Get?'], ['*'])], 's3:Get', 'arn:aws:s3:::b/k', 'allowed by no statement'],
  [[allow(['*'], [`${ARN}a`])], 'lambda:GetFunction', `${ARN}a:1`, 'allowed by no statement'],
  [[allow(['*'], [`${ARN}?`])], 'lambda:GetFunction', `${ARN}a`, 'allowed'],
  [[allow(['*'], [`${ARN}?`])], 'lambda:GetFunction', `${ARN}ab`, 'allowed by no statement'],
  [
    [allow(['*'], ['*']), deny(['*'], [`${ARN}p*`])],
    'lambda:GetFunction',
    `${ARN}prod`,
    'denied by a statement',
  ],
  [
    [deny(['*'], [`${ARN}p*`]), allow(['*'], ['*'])],
    'lambda:GetFunction',
    `${ARN}prod`,
    'denied by a statement',
  ],
  [[deny(['*'], [`${ARN}p*`]), allow(['*'], ['*'])], 'lambda:GetFunction', `${ARN}dev`, 'allowed'],
  [[deny(['*'], [`${ARN}p*`])], 'lambda:GetFunction', `${ARN}dev`, 'allowed by no statement'],
  [[allow(['*'], ['arn:*a*b*c*'])], 'x:Y', 'arn:xaxxbxbxc', 'allowed'],
  [[allow(['*'], ['arn:*a*b*c'])], 'x:Y', 'arn:xaxxbxcx', 'allowed by no statement'],
  [[allow(['*'], ['arn:a.c'])], 'x:Y', 'arn:abc', 'allowed by no statement'],
]

t.test('Nothing is allowed but what a statement allows and none denies', async (t) => {
  for (const [statements, action, resource, verdict] of rows) {
    const title = `${JSON.stringify(statements)} ${action} ${resource}`
    t.equal(judge(statements, { action, resource }), verdict, title)
  }
})
