import t from 'tap'
import { signedFor } from '../../fixtures/aws-services.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const deep = `{"Name":${'['.repeat(1000)}${']'.repeat(1000)}}`

t.test('What is no call of EventBridge’s is refused by a JSON error', async (t) => {
  const { call } = await startGateway(t)
  const asks: Array<[string, string | undefined, number, string]> = [
    ['AWSEvents.PutRule', '{', 400, 'SerializationException'],
    ['AWSEvents.PutRule', '[]', 400, 'SerializationException'],
    ['AWSEvents.PutRule', 'null', 400, 'SerializationException'],
    ['AWSEvents.PutRule', 'ÿ', 400, 'SerializationException'],
    ['AWSEvents.PutRule', deep, 400, 'SerializationException'],
    ['AWSEvents.PutRule', undefined, 400, 'ValidationException'],
    ['AWSEvents.PutRule', '{"Name":7}', 400, 'ValidationException'],
    ['AWSEvents.toString', '{}', 400, 'UnknownOperationException'],
    ['Lambda.Invoke', '{}', 400, 'UnknownOperationException'],
    ['', '{}', 400, 'UnknownOperationException'],
    ['AWSEvents.PutRule', `{"Name":"${'x'.repeat(2_000_000)}"}`, 413, 'ValidationException'],
  ]
  for (const [target, payload, status, code] of asks) {
    const headers = { ...signedFor('events'), 'x-amz-target': target }
    const answer = await call('POST /', { payload, headers })
    const what = `${target} ${payload?.slice(0, 20)}`
    t.match(answer, { status, body: { __type: code, message: /./ } }, what)
    t.equal(answer.headers['x-amzn-errortype'], answer.body.__type)
    t.match(answer.headers['x-amzn-requestid'], /^[0-9a-f-]{36}$/)
  }
})

t.test('Members that are null are not there', async (t) => {
  const { call } = await startGateway(t)
  const headers = { ...signedFor('events'), 'x-amz-target': 'AWSEvents.ListRules' }
  const answer = await call('POST /', { payload: '{"NamePrefix":null}', headers })
  t.match(answer, { status: 200, body: { Rules: [] } })
})

t.test('What is no call of the Scheduler’s is refused by a JSON error', async (t) => {
  const { call } = await startGateway(t)
  const headers = signedFor('scheduler')
  const asks: Array<[`${string} ${string}`, number, string, RegExp]> = [
    ['GET /', 404, 'UnknownOperationException', /Operation GET \/ is/],
    ['PATCH /schedules/a', 404, 'UnknownOperationException', /PATCH \/schedules\/a/],
    ['GET /schedules/a/b', 404, 'UnknownOperationException', /GET \/schedules\/a\/b/],
    ['DELETE /schedule-groups/a', 404, 'UnknownOperationException', /DeleteScheduleGroup/],
    ['GET /schedules/%zz', 400, 'ValidationException', /is not encoded/],
    ['GET /schedules/a%20b', 400, 'ValidationException', /Value 'a b' at 'name'/],
    ['GET /schedules/__proto__', 404, 'ResourceNotFoundException', /__proto__/],
    ['GET /schedules?MaxResults=0', 400, 'ValidationException', /'maxResults'/],
    ['GET /schedules?MaxResults=many', 400, 'ValidationException', /'maxResults'/],
    ['GET /schedules?NextToken=%20', 400, 'ValidationException', /token of the page/],
    ['POST /schedules/a', 400, 'ValidationException', /Value null at 'scheduleExpression'/],
  ]
  for (const [route, status, code, message] of asks) {
    const answer = await call(route, { headers })
    t.match(answer, { status, body: { Message: message } }, route)
    t.equal(answer.headers['x-amzn-errortype'], code, route)
  }
})

t.test(
  'A page from elsewhere, and a Redis that is away, are told in the service’s form',
  async (t) => {
    const { call, redis } = await startGateway(t)
    const target = { ...signedFor('events'), 'x-amz-target': 'AWSEvents.ListRules' }
    const headers = { ...target, host: 'evil.example.com' }
    t.match(await call('POST /', { payload: '{}', headers }), {
      status: 403,
      body: { __type: 'AccessDeniedException', message: /only this machine may call/ },
    })
    await redis.kill()
    t.match(await call('POST /', { payload: '{}', headers: target }), {
      status: 503,
      body: { __type: 'ServiceUnavailableException', message: /Redis cannot be reached/ },
    })
  },
)
