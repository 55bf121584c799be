import t from 'tap'
import { fingerprintOf, fingerprintOfTypes } from '../../setup/client-types.ts'
import { startGateway } from '../fixtures/gateway.ts'

t.test('the types of the API are of the document that the gateway answers', async (t) => {
  const { call } = await startGateway(t)
  const { body } = await call('GET /openapi.json')
  t.equal(await fingerprintOfTypes(), fingerprintOf(body), 'else: npm start, and npm run client')
})
