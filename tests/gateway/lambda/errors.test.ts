import t from 'tap'
import { type GatewayFixture, startGateway } from '../../fixtures/gateway.ts'
import { ACCOUNT, createFunction, isLambdaError, ROLE, zipFile } from '../../fixtures/lambda.ts'

const F = `${ACCOUNT}:function:f`
const FUNCTIONS = '/2015-03-31/functions'
const MAPPINGS = '/2015-03-31/event-source-mappings'
const EVENTS = '/2019-09-25/functions'
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:q'

type Row = [
  route: `${string} ${string}`,
  body: unknown,
  status: number,
  type: string,
  message: string,
]

const invalid = (route: Row[0], body: unknown, message: string): Row => [
  route,
  body,
  400,
  'InvalidParameterValueException',
  message,
]
const notFound = (route: Row[0], message: string, body?: unknown): Row => [
  route,
  body,
  404,
  'ResourceNotFoundException',
  message,
]

const creation = (fields: object) => ({
  FunctionName: 'new',
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Role: ROLE,
  ...fields,
})

async function rows(): Promise<Row[]> {
  const ZipFile = await zipFile()
  const Code = { ZipFile }
  const create = (fields: object) => creation({ Code, ...fields })
  return [
    [
      `POST ${FUNCTIONS}`,
      create({ Role: 'x', Timeout: 901 }),
      400,
      'ValidationException',
      "2 validation errors detected: Value 'x' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+; Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
    ],
    invalid(
      `POST ${FUNCTIONS}`,
      create({ Runtime: 'nodejs14.x' }),
      'The runtime parameter of nodejs14.x is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.',
    ),
    invalid(
      `POST ${FUNCTIONS}`,
      creation({ Code: { ZipFile: 'bm8gemlwIGF0IGFsbA==' } }),
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    ),
    invalid(
      `POST ${FUNCTIONS}`,
      create({ Layers: Array.from({ length: 6 }, (_, at) => `${ACCOUNT}:layer:l:${at + 1}`) }),
      'Cannot reference more than 5 layers.',
    ),
    notFound(
      `POST ${FUNCTIONS}`,
      `Layer version ${ACCOUNT}:layer:none:1 does not exist.`,
      create({ Layers: [`${ACCOUNT}:layer:none:1`] }),
    ),
    invalid(
      `POST ${FUNCTIONS}`,
      create({ Environment: { Variables: { AB: 'x'.repeat(4096) } } }),
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"AB":"${'x'.repeat(4096)}"}`,
    ),
    invalid(
      `POST ${FUNCTIONS}`,
      create({ FunctionName: 'f', DeadLetterConfig: { TargetArn: F } }),
      "You can't specify the function as a destination for itself.",
    ),
    [
      `POST ${FUNCTIONS}`,
      create({ FunctionName: 'f' }),
      409,
      'ResourceConflictException',
      'Function already exist: f',
    ],
    invalid(
      `PUT ${FUNCTIONS}/f/code`,
      { ImageUri: 'x' },
      "Please don't provide ImageUri when updating a function with packageType Zip.",
    ),
    [
      `PUT ${FUNCTIONS}/f/configuration`,
      { RevisionId: 'x', Timeout: 5 },
      412,
      'PreconditionFailedException',
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    ],
    notFound(`GET ${FUNCTIONS}/none`, `Function not found: ${ACCOUNT}:function:none`),
    notFound(`DELETE ${FUNCTIONS}/none`, `Function not found: ${ACCOUNT}:function:none`),
    notFound(`GET ${FUNCTIONS}/f?Qualifier=9`, `Function not found: ${F}:9`),
    notFound(
      `GET ${FUNCTIONS}/${encodeURIComponent('arn:aws:lambda:eu-west-1:000000000000:function:f')}`,
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    ),
    invalid(
      `GET ${FUNCTIONS}/f:1?Qualifier=2`,
      undefined,
      'The derived qualifier from the function name does not match the specified qualifier.',
    ),
    notFound(`GET ${FUNCTIONS}/f/aliases/none`, `Cannot find alias arn: ${F}:none`),
    invalid(
      `POST ${FUNCTIONS}/f/aliases`,
      {
        Name: 'two',
        FunctionVersion: '1',
        RoutingConfig: { AdditionalVersionWeights: { 2: 0.1, 3: 0.1 } },
      },
      'Number of items in AdditionalVersionWeights cannot be greater than 1',
    ),
    [
      'POST /2014-11-13/functions/f/invoke-async',
      Buffer.from('{no'),
      400,
      'InvalidRequestContentException',
      'Could not parse request body into json: Could not parse payload into json: ',
    ],
    notFound(
      `GET ${EVENTS}/f/event-invoke-config`,
      `The function ${F}:$LATEST doesn't have an EventInvokeConfig`,
    ),
    notFound(
      `POST ${EVENTS}/f/event-invoke-config`,
      `The function ${F}:$LATEST doesn't have an EventInvokeConfig`,
      { MaximumRetryAttempts: 1 },
    ),
    invalid(
      `PUT ${EVENTS}/f/event-invoke-config`,
      { DestinationConfig: { OnFailure: { Destination: F } } },
      "You can't specify the function as a destination for itself.",
    ),
    invalid(
      `PUT ${EVENTS}/f/event-invoke-config`,
      { DestinationConfig: { OnFailure: { Destination: QUEUE } } },
      `The destination ARN ${QUEUE} cannot be used: SQS queues are not available on this platform. Name a function, an event bus, or for failures a bucket.`,
    ),
    invalid(
      'PUT /2017-10-31/functions/f/concurrency',
      { ReservedConcurrentExecutions: 901 },
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    ),
    notFound(`GET ${MAPPINGS}/none`, 'The resource you requested does not exist.'),
    notFound(`DELETE ${MAPPINGS}/none`, 'The resource you requested does not exist.'),
    notFound(`PUT ${MAPPINGS}/none`, 'The resource you requested does not exist.', {}),
    invalid(
      `POST ${MAPPINGS}`,
      { FunctionName: 'f', EventSourceArn: 'arn:aws:nothing:us-east-1:000000000000:q' },
      'Unrecognized event source.',
    ),
    invalid(`POST ${MAPPINGS}`, { FunctionName: 'f' }, 'Unrecognized event source.'),
    invalid(
      `POST ${MAPPINGS}`,
      {
        FunctionName: 'f',
        EventSourceArn: `${QUEUE}2`,
        FilterCriteria: { Filters: [{ Pattern: '{"a": 1}' }] },
      },
      'Invalid filter pattern definition.',
    ),
    invalid(
      `POST ${MAPPINGS}`,
      { FunctionName: 'f', EventSourceArn: `${QUEUE}2`, BatchSize: 11 },
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    ),
    [
      `POST ${MAPPINGS}`,
      { FunctionName: 'f', EventSourceArn: QUEUE },
      409,
      'ResourceConflictException',
      `An event source mapping with SQS arn (" ${QUEUE} ") and function (" f ") already exists. Please update or delete the existing mapping with UUID `,
    ],
    invalid(
      `POST /2017-03-31/tags/${encodeURIComponent(`${F}:1`)}`,
      { Tags: { a: 'b' } },
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    ),
    notFound(`GET /2017-03-31/tags/${encodeURIComponent(`${F}x`)}`, `Function not found: ${F}x`),
    [
      `GET ${FUNCTIONS}?MaxItems=10001`,
      undefined,
      400,
      'ValidationException',
      "1 validation error detected: Value '10001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 10000",
    ],
    [
      `PUT ${FUNCTIONS}/f/configuration`,
      { Timeout: 'soon' },
      400,
      'SerializationException',
      "Unexpected type at 'timeout': ",
    ],
  ]
}

/** Members of these have the text in `Message`, all others in `message`. */
const CAPITAL = new Set(['ResourceNotFoundException', 'ServiceException'])

async function prepared(gateway: GatewayFixture): Promise<void> {
  await createFunction(gateway, 'f', { Publish: true })
  await gateway.call(`POST ${MAPPINGS}`, { json: { FunctionName: 'f', EventSourceArn: QUEUE } })
}

t.test('what Lambda refuses is refused with its status, its type and its words', async (t) => {
  const gateway = await startGateway(t)
  await prepared(gateway)
  for (const [route, body, status, type, message] of await rows()) {
    const sent = Buffer.isBuffer(body) ? { payload: body } : { json: body }
    const answer = await gateway.call(route, body === undefined ? {} : sent)
    const title = `${route}: ${message.slice(0, 60)}`
    t.equal(answer.headers['x-amzn-errortype'], type, title)
    t.equal(answer.status, status, title)
    const own = CAPITAL.has(type) ? 'Message' : 'message'
    const said = String(answer.body?.[own])
    // Those that end in something of this request alone, or in a parser's words, are no full sentences.
    t.equal(/[ ]$/.test(message) ? said.slice(0, message.length) : said, message, title)
    isLambdaError(t, answer, title)
  }
})

t.test('a request that is too large is refused in the words of its operation', async (t) => {
  const { call } = await startGateway(t)
  const payload = Buffer.alloc(70_167_212, ' ')
  const answer = await call(`POST ${FUNCTIONS}`, { payload })
  t.equal(answer.status, 413)
  t.equal(answer.headers['x-amzn-errortype'], 'RequestEntityTooLargeException')
  t.equal(
    answer.body.Message,
    'Request must be smaller than 70167211 bytes for the CreateFunction operation',
  )
})
