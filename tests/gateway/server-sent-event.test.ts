import t from 'tap'
import { eventText, HEARTBEAT, retryText } from '../../gateway/server-sent-event.ts'

t.test('An event is one block, whatever its data holds', async (t) => {
  const data = { text: 'two\nlines\r\n\u2028and a mark: \n\ndata: x' }
  const text = eventText({ id: '7', event: 'line', data })
  t.match(text, /^id: 7\nevent: line\ndata: [^\n\r]*\n\n$/)
  const [, json = ''] = /data: (.*)\n\n$/s.exec(text) ?? []
  t.strictSame(JSON.parse(json), data)
  t.equal(eventText({ event: 'end', data: {} }), 'event: end\ndata: {}\n\n')
})

t.test('What is no event ends as one', async (t) => {
  t.equal(HEARTBEAT, ': \n\n')
  t.equal(retryText(1000), 'retry: 1000\n\n')
})
