import { ACCOUNT_ID, REGION } from '../core/functions/function.ts'
import { askedArn, wholeArn } from './lambda/function-reference.ts'

/** What a request names, by its path and its query. */
export interface Named {
  params: unknown
  query: unknown
}

/** Makes the ARN that a caller's policy is asked about. */
export type Resource = (request: Named) => string

/** What is about no single thing, or about one that its path does not tell. */
export const ANY: Resource = () => '*'

/** A function by REST, as a whole: what else is sent does not change what the route does. */
export const FUNCTION: Resource = ({ params }) => askedArn(String((params as Texts).name))

/** A function by REST with the qualifier that the route takes: in its path, or else in the query. */
export const QUALIFIED: Resource = ({ params, query }) => {
  const { name, version, qualifier: inPath = version } = params as Texts
  const { qualifier = inPath } = inPath === undefined ? (query as Texts) : {}
  return askedArn(String(name), qualifier === undefined ? undefined : String(qualifier))
}

/** A function by Lambda's API, as operations read it that take a qualifier. */
const QUALIFIED_FUNCTION: Resource = ({ params, query }) => {
  const { Qualifier } = query as Texts
  const { FunctionName } = params as Texts
  return askedArn(String(FunctionName), Qualifier === undefined ? undefined : String(Qualifier))
}

/** The same of all others: whatever qualifier is sent, they act on the function itself. */
const WHOLE_FUNCTION: Resource = ({ params }) => wholeArn(String((params as Texts).FunctionName))

/** The log of a function. */
export const LOG: Resource = ({ params }) =>
  `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:/aws/lambda/${(params as Texts).name}:log-stream:*`

export const BUCKET: Resource = ({ params }) => `arn:aws:s3:::${(params as Texts).bucket}`

export const OBJECT: Resource = ({ params }) => {
  const { bucket, '*': key } = params as Texts
  return `arn:aws:s3:::${bucket}/${key}`
}

export const EVENT_BUS_ARN = `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/default`
export const EVENT_BUS: Resource = () => EVENT_BUS_ARN

/** A layer, or one of its versions. */
export const LAYER: Resource = ({ params }) => {
  const { name: own = '', version, LayerName = own, VersionNumber = version } = params as Texts
  const [, name = LayerName] = /:layer:([^:]+)$/.exec(LayerName) ?? []
  const number = VersionNumber === undefined ? '' : `:${VersionNumber}`
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:layer:${name}${number}`
}

/** Whatever has an ARN and a place in the path for it. */
const BY_ARN: Resource = ({ params }) => {
  const { ResourceArn = '', Resource: arn = ResourceArn } = params as Texts
  return arn.includes(':function:') ? askedArn(arn) : arn
}

/** The list of layers, which may ask for one version instead. */
const LAYER_BY_ARN: Resource = ({ query }) => {
  const { find, Arn } = query as Texts
  return find === 'LayerVersion' ? String(Arn) : '*'
}

/** Of Lambda's paths the parameter tells what they are about. */
export function resourceOfPath(
  path: string,
  { takesQualifier }: { takesQualifier: boolean },
): Resource {
  if (path.includes('/:FunctionName')) return takesQualifier ? QUALIFIED_FUNCTION : WHOLE_FUNCTION
  if (path.includes('/:LayerName')) return LAYER
  if (path.endsWith('/layers')) return LAYER_BY_ARN
  return path.includes('/:Resource') ? BY_ARN : ANY
}

type Texts = Readonly<Record<string, string | undefined>>
