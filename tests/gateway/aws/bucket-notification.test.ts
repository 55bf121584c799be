import t from 'tap'
import { readNotification, writeNotification } from '../../../gateway/aws/bucket-notification.ts'

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function'

function whole(...configurations: string[]): string {
  return `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${configurations.join('')}</NotificationConfiguration>`
}

interface Rule {
  id?: string
  arn?: string
  events?: string[]
  filter?: [string, string][]
}

function rule({
  id,
  arn = `${ARN}:f`,
  events = ['s3:ObjectCreated:*'],
  filter = [],
}: Rule): string {
  const rules = filter.map(
    ([name, value]) => `<FilterRule><Name>${name}</Name><Value>${value}</Value></FilterRule>`,
  )
  return [
    '<CloudFunctionConfiguration>',
    id === undefined ? '' : `<Id>${id}</Id>`,
    `<CloudFunction>${arn}</CloudFunction>`,
    ...events.map((event) => `<Event>${event}</Event>`),
    filter.length > 0 ? `<Filter><S3Key>${rules.join('')}</S3Key></Filter>` : '',
    '</CloudFunctionConfiguration>',
  ].join('')
}

t.test('a configuration is read with everything in it, as it was sent', async (t) => {
  const xml = whole(
    rule({
      id: ' 007 ',
      arn: `${ARN}:one:prod`,
      events: ['s3:ObjectRemoved:Delete', 's3:ObjectCreated:Put', 's3:ObjectRemoved:Delete'],
      filter: [
        ['Suffix', '.jpg'],
        ['prefix', ' a &amp; &#x42;/'],
      ],
    }),
    rule({
      arn: `${ARN}:two:$LATEST`,
      events: ['s3:ObjectCreated:Copy'],
      filter: [['Prefix', '']],
    }),
  )
  const rules = readNotification(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`)
  t.strictSame(rules, [
    {
      id: ' 007 ',
      functionArn: `${ARN}:one:prod`,
      functionName: 'one',
      qualifier: 'prod',
      events: ['s3:ObjectRemoved:Delete', 's3:ObjectCreated:Put'],
      filterRules: [
        { name: 'Suffix', value: '.jpg' },
        { name: 'prefix', value: ' a & B/' },
      ],
      suffix: '.jpg',
      prefix: ' a & B/',
    },
    {
      functionArn: `${ARN}:two:$LATEST`,
      functionName: 'two',
      qualifier: '$LATEST',
      events: ['s3:ObjectCreated:Copy'],
      filterRules: [{ name: 'Prefix', value: '' }],
      prefix: '',
    },
  ])
  const named = rules.map((one, index) => ({ id: `id ${index} <&>`, ...one }))
  t.strictSame(readNotification(writeNotification(named)), named)
})

t.test('none of them is a configuration too', async (t) => {
  for (const xml of [
    whole(),
    '<NotificationConfiguration/>',
    '<NotificationConfiguration>\n</NotificationConfiguration>',
  ]) {
    t.strictSame(readNotification(xml), [])
  }
  t.strictSame(readNotification(writeNotification([])), [])
})

t.test('what is not a configuration, or cannot be, is refused in S3’s words', async (t) => {
  const queue = `<QueueConfiguration><Queue>arn:aws:sqs:us-east-1:000000000000:q</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>`
  const table: [string, string, RegExp][] = [
    ['', 'MalformedXML', /not well-formed/],
    ['{}', 'MalformedXML', /not well-formed/],
    [whole().slice(0, -1), 'MalformedXML', /not well-formed/],
    ['<CreateBucketConfiguration/>', 'MalformedXML', /not well-formed/],
    [`<!DOCTYPE x [<!ENTITY a "b">]>${whole()}`, 'MalformedXML', /not well-formed/],
    [whole(rule({ events: [] })), 'MalformedXML', /not well-formed/],
    [whole(queue), 'InvalidArgument', /^Unable to validate the following destination/],
    [whole(queue.replaceAll('Queue', 'Topic')), 'InvalidArgument', /^Unable to validate/],
    [whole('<EventBridgeConfiguration/>'), 'InvalidArgument', /EventBridge/],
    [whole(rule({ arn: 'f' })), 'InvalidArgument', /ARN is not well formed/],
    [
      whole(rule({ arn: ARN.replace('us-east-1', 'a'.repeat(256)) })),
      'InvalidArgument',
      /ARN is not well formed/,
    ],
    [whole(rule({ arn: 'arn:aws:sqs:us-east-1:000000000000:f' })), 'InvalidArgument', /ARN/],
    [whole(rule({ events: ['s3:ObjectRestore:*'] })), 'InvalidArgument', /event is not supported/],
    [whole(rule({ events: ['ObjectCreated:Put'] })), 'InvalidArgument', /event is not supported/],
    [whole(rule({ filter: [['infix', 'a']] })), 'InvalidArgument', /either prefix or suffix/],
    [
      whole(
        rule({
          filter: [
            ['prefix', 'a'],
            ['Prefix', 'b'],
          ],
        }),
      ),
      'InvalidArgument',
      /more than one prefix/,
    ],
    [whole(rule({ filter: [['prefix', 'ü'.repeat(513)]] })), 'InvalidArgument', /1024 bytes/],
    [whole(rule({ id: 'x'.repeat(256) })), 'InvalidArgument', /255 characters/],
    [
      whole(
        rule({ id: 'a', filter: [['prefix', 'a']] }),
        rule({ id: 'a', filter: [['prefix', 'b']] }),
      ),
      'InvalidArgument',
      /Same ID/,
    ],
  ]
  for (const [xml, code, message] of table) {
    t.throws(() => readNotification(xml), { code, message }, xml.slice(0, 200))
  }
})

t.test('two rules may not both want the same event of the same object', async (t) => {
  const pair = (a: Rule, b: Rule) => () => readNotification(whole(rule(a), rule(b)))
  const ambiguous: [Rule, Rule][] = [
    [{}, {}],
    [{}, { events: ['s3:ObjectCreated:Put'] }],
    [{ filter: [['prefix', 'a']] }, { filter: [['prefix', 'ab']] }],
    [{ filter: [['prefix', 'a']] }, { filter: [['suffix', 'b']] }],
    [
      {
        filter: [
          ['prefix', 'a'],
          ['suffix', '.txt'],
        ],
      },
      {
        filter: [
          ['prefix', 'ab'],
          ['suffix', 't'],
        ],
      },
    ],
  ]
  for (const [a, b] of ambiguous) {
    t.throws(pair(a, b), {
      code: 'InvalidArgument',
      message: /^Configuration is ambiguously defined/,
    })
  }
  const distinct: [Rule, Rule][] = [
    [{}, { events: ['s3:ObjectRemoved:*'] }],
    [{ events: ['s3:ObjectCreated:Copy'] }, { events: ['s3:ObjectCreated:Put'] }],
    [{ filter: [['prefix', 'a']] }, { filter: [['prefix', 'b']] }],
    [{ filter: [['suffix', '.jpg']] }, { filter: [['suffix', '.png']] }],
    [
      {
        filter: [
          ['prefix', 'a'],
          ['suffix', '.txt'],
        ],
      },
      {
        filter: [
          ['prefix', 'ab'],
          ['suffix', '.csv'],
        ],
      },
    ],
  ]
  for (const [a, b] of distinct) t.equal(pair(a, b)().length, 2)
})
