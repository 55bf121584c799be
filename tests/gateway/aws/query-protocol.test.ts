import { XMLParser } from 'fast-xml-parser'
import t from 'tap'
import { readForm } from '../../../gateway/aws/query-protocol.ts'
import { signedFor } from '../../fixtures/aws-services.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const headers = signedFor('iam')
const form = (text: string) => readForm(new URLSearchParams(text))

t.test('A form is read as the structure that it spells', async (t) => {
  const forms: Array<[string, unknown]> = [
    ['', {}],
    ['A=1&B=', { A: '1', B: '' }],
    ['A.B=1&A.C=2', { A: { B: '1', C: '2' } }],
    ['L.member.2=b&L.member.1=a', { L: ['a', 'b'] }],
    ['L.member.1.K=a&L.member.1.V=b', { L: [{ K: 'a', V: 'b' }] }],
    ['A=%E2%82%AC+%26', { A: '€ &' }],
  ]
  for (const [text, structure] of forms) t.same(form(text), structure, text)
})

t.test('A form that spells none is refused', async (t) => {
  const forms: Array<[string, RegExp]> = [
    ['A=1&A=2', /member 'A' is there twice/],
    ['A=1&A.B=2', /member 'A.B' is two things/],
    ['A.B=1&A=2', /member 'A' is there twice/],
    ['L.member.1=a&L.member.3=b', /without gaps/],
    ['L.member.x=a', /without gaps/],
    ['A.A.A.A.A.A.A.A=1', /too deep/],
    [Array.from({ length: 1001 }, (_, index) => `A${index}=1`).join('&'), /more than 1000/],
  ]
  for (const [text, message] of forms) {
    t.throws(() => form(text), { code: 'MalformedQueryString', message }, text.slice(0, 40))
  }
  t.same(form('__proto__.polluted=1'), JSON.parse('{"__proto__":{"polluted":"1"}}'))
  t.notOk('polluted' in {})
})

t.test('Answers and errors are XML, each with the request’s id', async (t) => {
  const { call } = await startGateway(t)
  const parser = new XMLParser({ ignoreAttributes: false })
  const ask = async (payload: string) => {
    const answer = await call('POST /', { payload, headers })
    t.match(answer.headers['content-type'], /^text\/xml/)
    return { ...answer, xml: parser.parse(answer.text) }
  }
  const user = await ask('Action=GetUser&Version=2010-05-08')
  t.match(user.xml.GetUserResponse, {
    '@_xmlns': 'https://iam.amazonaws.com/doc/2010-05-08/',
    GetUserResult: { User: { UserName: 'AKIDEXAMPLE' } },
    ResponseMetadata: { RequestId: user.headers['x-amzn-requestid'] },
  })
  const errors: Array<[string, number, string, RegExp]> = [
    ['', 400, 'MissingAction', /names no Action/],
    ['Action=<b>', 400, 'InvalidAction', /action \?b\? is not/],
    ['Action=constructor', 400, 'InvalidAction', /action constructor/],
    ['Action=GetRole&RoleName=a&RoleName=b', 400, 'MalformedQueryString', /twice/],
    ['Action=GetRole', 400, 'ValidationError', /Value null at 'roleName'/],
    ['Action=GetRole&RoleName=%00%26', 400, 'ValidationError', /Value '\ufffd&' at/],
    ['Action=GetRole&RoleName=a&Else=b', 400, 'ValidationError', /'else' is not supported/],
    ['Action=ListRoles&MaxItems=many', 400, 'ValidationError', /'maxItems'.*integer/],
    ['Action=TagRole&RoleName=a&Tags=', 404, 'NoSuchEntity', /role with name a/],
  ]
  for (const [payload, status, Code, Message] of errors) {
    const answer = await ask(payload)
    t.equal(answer.status, status, payload)
    t.match(answer.xml.ErrorResponse, {
      Error: { Type: 'Sender', Code, Message },
      RequestId: answer.headers['x-amzn-requestid'],
    })
  }
})

t.test('The form may be a query', async (t) => {
  const { call } = await startGateway(t)
  const scope = 'AKID/20261126/us-east-1/sts/aws4_request'
  const query = `X-Amz-Credential=${encodeURIComponent(scope)}&X-Amz-Date=1&X-Amz-Signature=0`
  const { status, text } = await call(`GET /?Action=GetCallerIdentity&Version=2011-06-15&${query}`)
  t.equal(status, 200)
  t.match(text, '<Arn>arn:aws:iam::000000000000:user/AKID</Arn>')
})
