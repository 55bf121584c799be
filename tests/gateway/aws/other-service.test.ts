import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { signedHeaders } from '../../fixtures/signing.ts'

const { app } = await startGateway(t)

t.test(
  'a service that is not here is refused by its name, in a form that clients read',
  async (t) => {
    const ask = async (service: string, type: string, payload: string) => {
      const headers = await signedHeaders('POST /', {
        service,
        body: payload,
        headers: { 'content-type': type },
      })
      return app.inject({ method: 'POST', url: '/', headers, payload })
    }
    const tables = await ask('dynamodb', 'application/x-amz-json-1.0', '{}')
    t.equal(tables.statusCode, 400)
    t.equal(tables.headers['x-amzn-errortype'], 'UnknownOperationException')
    t.match(tables.json(), { message: /Service dynamodb is not available on this platform/ })
    const sns = await ask('sns', 'application/x-www-form-urlencoded', 'Action=ListTopics')
    t.equal(sns.statusCode, 400)
    t.match(sns.body, /<Code>InvalidAction<\/Code><Message>Service sns is not available/)
    const own = await ask('lambda', 'application/json', '{}')
    t.equal(own.json().error.code, 'RouteNotFound', 'a path of its own is another thing')
  },
)
