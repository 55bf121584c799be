import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expandEvents, OBJECT_EVENTS, type ObjectTrigger } from '../../core/triggers/trigger.ts'
import { buildXml, S3Error } from './s3-error.ts'

/** S3's own limit of configurations of one bucket. */
const RULES_MAX = 100
const ID_CHARACTERS_MAX = 255
const FILTER_BYTES_MAX = 1024
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

type ObjectEvent = ObjectTrigger['events'][number]

/** One function that a bucket's notification names; what AWS's API calls LambdaFunctionConfiguration. */
export interface NotificationRule {
  /** As it was sent; absent where none was. */
  id?: string
  functionArn: string
  functionName: string
  /** A version or an alias; absent for the current state. */
  qualifier?: string
  events: ObjectEvent[]
  /** As they were sent, in their order. */
  filterRules: { name: string; value: string }[]
  prefix?: string
  suffix?: string
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  removeNSPrefix: true,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) =>
    /^(?:CloudFunction|Queue|Topic)Configuration$|^(?:Event|FilterRule)$/.test(name),
})

/**
 * Reads what PutBucketNotificationConfiguration sends. Throws MalformedXML, and InvalidArgument with
 * S3's words for what names no function, or events that are not told here, or overlaps.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
export function readNotification(xml: string): NotificationRule[] {
  if (/<!DOCTYPE/i.test(xml) || XMLValidator.validate(xml) !== true) throw malformed()
  const document = parser.parse(xml) as Record<string, unknown>
  if (!('NotificationConfiguration' in document)) throw malformed()
  const root = asElement(document.NotificationConfiguration)
  for (const kind of ['Queue', 'Topic']) {
    for (const one of listOf(root[`${kind}Configuration`])) {
      throw noDestination(textOf(asElement(one)[kind]), 'Only functions can be destinations here')
    }
  }
  if ('EventBridgeConfiguration' in root) {
    throw new S3Error('InvalidArgument', 'Notifications to EventBridge are not supported here.')
  }
  const rules = listOf(root.CloudFunctionConfiguration).map((one) => readRule(asElement(one)))
  if (rules.length > RULES_MAX) {
    throw new S3Error('InvalidArgument', `A bucket takes ${RULES_MAX} notification configurations.`)
  }
  requireDistinct(rules)
  return rules
}

export function writeNotification(rules: readonly (NotificationRule & { id: string })[]): string {
  return buildXml({
    NotificationConfiguration: {
      '@_xmlns': NAMESPACE,
      CloudFunctionConfiguration: rules.map(({ id, functionArn, events, filterRules }) => ({
        Id: id,
        CloudFunction: functionArn,
        Event: events,
        ...(filterRules.length > 0 && {
          Filter: {
            S3Key: {
              FilterRule: filterRules.map(({ name, value }) => ({ Name: name, Value: value })),
            },
          },
        }),
      })),
    },
  })
}

/** The error for a destination that cannot be had; `reason` is told beside its ARN. */
export function noDestination(arn: string, reason: string): S3Error {
  return new S3Error(
    'InvalidArgument',
    'Unable to validate the following destination configurations',
    { ArgumentName: arn, ArgumentValue: reason },
  )
}

/** More than any of this platform's has; a trigger keeps no longer one. */
const ARN_CHARACTERS_MAX = 256
const FUNCTION_ARN =
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:([A-Za-z0-9-_]{1,64})(?::(\$LATEST|[A-Za-z0-9-_]{1,128}))?$/

function readRule(element: Element): NotificationRule {
  const functionArn = textOf(element.CloudFunction)
  const [, functionName, qualifier] = FUNCTION_ARN.exec(functionArn) ?? []
  if (functionName === undefined || functionArn.length > ARN_CHARACTERS_MAX) {
    throw new S3Error('InvalidArgument', 'The ARN is not well formed', {
      ArgumentName: 'CloudFunction',
      ArgumentValue: functionArn,
    })
  }
  const id = textOf(element.Id)
  if (id.length > ID_CHARACTERS_MAX) {
    throw new S3Error('InvalidArgument', `An Id has ${ID_CHARACTERS_MAX} characters at most.`)
  }
  const events = [...new Set(listOf(element.Event).map(textOf))].map(readEvent)
  if (events.length === 0) throw malformed()
  const filterRules = listOf(asElement(asElement(element.Filter).S3Key).FilterRule).map((one) => {
    const { Name, Value } = asElement(one)
    return { name: textOf(Name), value: textOf(Value) }
  })
  return {
    ...(id !== '' && { id }),
    functionArn,
    functionName,
    ...(qualifier !== undefined && { qualifier }),
    events,
    filterRules,
    ...readFilter(filterRules),
  }
}

function readEvent(event: string): ObjectEvent {
  const known = OBJECT_EVENTS.find((one) => one === event)
  if (known !== undefined) return known
  throw new S3Error(
    'InvalidArgument',
    `The event is not supported for notifications. Here these are: ${OBJECT_EVENTS.join(', ')}`,
    { ArgumentName: 'Event', ArgumentValue: event },
  )
}

function readFilter(rules: NotificationRule['filterRules']): { prefix?: string; suffix?: string } {
  const filter: { prefix?: string; suffix?: string } = {}
  for (const { name, value } of rules) {
    const part = name.toLowerCase()
    if (part !== 'prefix' && part !== 'suffix') {
      throw new S3Error('InvalidArgument', 'filter rule name must be either prefix or suffix')
    }
    if (filter[part] !== undefined) {
      throw new S3Error('InvalidArgument', `Cannot specify more than one ${part} rule in a filter.`)
    }
    if (Buffer.byteLength(value) > FILTER_BYTES_MAX) {
      const message = 'Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation'
      throw new S3Error('InvalidArgument', message)
    }
    filter[part] = value
  }
  return filter
}

function requireDistinct(rules: readonly NotificationRule[]): void {
  const ids = rules.flatMap(({ id }) => (id === undefined ? [] : [id]))
  if (new Set(ids).size < ids.length) {
    const message = 'Same ID used for multiple configurations. IDs must be unique'
    throw new S3Error('InvalidArgument', message)
  }
  for (const [index, rule] of rules.entries()) {
    if (rules.slice(0, index).some((other) => overlap(rule, other))) {
      throw new S3Error(
        'InvalidArgument',
        'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
      )
    }
  }
}

/** Whether one object could cause the same event for both. */
function overlap(a: NotificationRule, b: NotificationRule): boolean {
  const { prefix: aPrefix = '', suffix: aSuffix = '' } = a
  const { prefix: bPrefix = '', suffix: bSuffix = '' } = b
  if (!aPrefix.startsWith(bPrefix) && !bPrefix.startsWith(aPrefix)) return false
  if (!aSuffix.endsWith(bSuffix) && !bSuffix.endsWith(aSuffix)) return false
  const events = new Set(expandEvents(a.events))
  return expandEvents(b.events).some((event) => events.has(event))
}

function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
}

/** As the parser gives them: text alone where there is nothing else in it. */
type Element = Record<string, unknown>

function asElement(value: unknown): Element {
  return typeof value === 'object' && value !== null ? (value as Element) : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
