import t from 'tap'
import { depthField, depthMark, withoutDepth } from '../../../core/invocations/depth.ts'

t.test('a user agent says how deep what it asks for is', async (t) => {
  const table: [string | undefined, object][] = [
    [undefined, {}],
    ['', {}],
    ['aws-sdk-js/3 lang/js', {}],
    ['hearth-depth/0', {}],
    ['hearth-depth/x', {}],
    [`aws-sdk-js/3 ${depthMark(7)}`, { depth: 7 }],
    ['hearth-depth/2 hearth-depth/16', { depth: 16 }],
    ['hearth-depth/123456789', {}],
  ]
  for (const [agent, expected] of table) t.same(depthField(agent), expected, String(agent))
})

t.test('what it said before is taken away', async (t) => {
  t.equal(withoutDepth(' a hearth-depth/2 b hearth-depth/3'), ' a b')
  t.equal(withoutDepth(' a/1 b'), ' a/1 b')
})
