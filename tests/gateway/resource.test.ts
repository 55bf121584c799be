import t from 'tap'
import { IN_BODY, ROUTE_TABLE } from '../../gateway/route-table.ts'

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:'
const FUNCTIONS = '/2015-03-31/functions/:FunctionName'

function resourceOf(route: string, params: object, query: object = {}): string {
  const { resource } = ROUTE_TABLE[route] ?? { resource: IN_BODY }
  if (resource === IN_BODY) throw new Error(`${route} has no resource of its own`)
  return resource({ params, query })
}

t.test('operations with a qualifier are asked about it, however it is sent', async (t) => {
  for (const route of [
    `POST ${FUNCTIONS}/invocations`,
    `GET ${FUNCTIONS}`,
    `DELETE ${FUNCTIONS}`,
  ]) {
    const asked = (FunctionName: string, query?: object) =>
      resourceOf(route, { FunctionName }, query)
    t.equal(asked('u'), `${ARN}u`)
    t.equal(asked('u', { Qualifier: 'prod' }), `${ARN}u:prod`)
    t.equal(asked('u:prod'), `${ARN}u:prod`)
    t.equal(asked(`${ARN}u:prod`), `${ARN}u:prod`)
    t.equal(asked('u', { Qualifier: '$LATEST' }), `${ARN}u`)
    t.equal(asked('u', { qualifier: 'prod' }), `${ARN}u`, 'the spelling of REST is none here')
  }
})

t.test('operations without one are asked about the function, whatever is sent', async (t) => {
  for (const route of [
    `PUT ${FUNCTIONS}/configuration`,
    `PUT ${FUNCTIONS}/code`,
    `POST ${FUNCTIONS}/versions`,
    'PUT /2017-10-31/functions/:FunctionName/concurrency',
    'POST /2014-11-13/functions/:FunctionName/invoke-async',
  ]) {
    for (const FunctionName of ['u', 'u:x', `${ARN}u:x`, '000000000000:function:u:x']) {
      const asked = resourceOf(route, { FunctionName }, { Qualifier: 'x', qualifier: 'x' })
      t.equal(asked, `${ARN}u`, `${route} ${FunctionName}`)
    }
  }
})

t.test('REST goes by its own spelling alone', async (t) => {
  const route = 'POST /functions/:name/invocations'
  t.equal(resourceOf(route, { name: 'u' }, { qualifier: 'prod' }), `${ARN}u:prod`)
  t.equal(resourceOf(route, { name: 'u' }, { Qualifier: 'prod' }), `${ARN}u`)
})

t.test('REST routes without one are asked about the function, whatever is sent', async (t) => {
  for (const route of [
    'DELETE /functions/:name',
    'PATCH /functions/:name',
    'PUT /functions/:name/code',
    'PUT /functions/:name/secrets/:key',
    'POST /functions/:name/versions',
    'POST /functions/:name/versions/:version/restore',
    'POST /functions/:name/triggers',
    'PUT /functions/:name/aliases/:alias',
  ]) {
    const params = { name: 'u', version: '1', alias: 'live', key: 'K' }
    t.equal(resourceOf(route, params, { qualifier: 'live' }), `${ARN}u`, route)
  }
})

t.test(
  'a qualifier in the path is the one that is asked about, whatever the query says',
  async (t) => {
    const query = { qualifier: 'other' }
    const kept = 'PUT /functions/:name/provisioned-concurrency/:qualifier'
    t.equal(resourceOf(kept, { name: 'u', qualifier: 'prod' }, query), `${ARN}u:prod`)
    const version = 'DELETE /functions/:name/versions/:version'
    t.equal(resourceOf(version, { name: 'u', version: '1' }, query), `${ARN}u:1`)
  },
)
