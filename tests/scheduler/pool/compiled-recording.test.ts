import t from 'tap'
import { ProtocolError } from '../../../core/frame.ts'
import { COMPILED_BYTES_MAX, COMPILED_FILES_MAX } from '../../../core/protocol.ts'
import {
  CompiledRecording,
  type RecordedFiles,
} from '../../../scheduler/pool/compiled-recording.ts'

const FOLDER = 'v24.21.0-x64-964aae3f'
const LAST = { type: 'compiled', folder: FOLDER, last: true } as const
const NONE = Buffer.alloc(0)

function recording(): { recording: CompiledRecording; done: RecordedFiles[] } {
  const done: RecordedFiles[] = []
  return {
    recording: new CompiledRecording(Number.POSITIVE_INFINITY, (files) => done.push(files)),
    done,
  }
}

t.test('files are taken until the last message, and handed over once', async (t) => {
  const { recording: of, done } = recording()
  of.take({ type: 'compiled', file: 'scripts' }, Buffer.from('one'))
  of.take({ type: 'compiled', file: '0123abcd' }, Buffer.from('two'))
  t.equal(done.length, 0)
  of.take(LAST, NONE)
  of.take({ type: 'compiled', file: '../late' }, Buffer.from('late'))
  of.take(LAST, NONE)
  t.equal(done.length, 1)
  t.equal(done[0]?.folder, FOLDER)
  t.strictSame([...(done[0]?.files.keys() ?? [])], ['scripts', '0123abcd'])
})

t.test('only names that Node would choose are taken', async (t) => {
  const done: RecordedFiles[] = []
  const fresh = () => new CompiledRecording(Number.POSITIVE_INFINITY, (files) => done.push(files))
  const files = [
    '',
    '.',
    '..',
    '../x',
    '/x',
    '0123abcd/',
    '0123ABCD',
    '0123abc',
    'scripts\n',
    'scriptsx',
  ]
  for (const file of files) {
    t.throws(
      () => fresh().take({ type: 'compiled', file }, NONE),
      ProtocolError,
      JSON.stringify(file),
    )
  }
  for (const file of [undefined, 7, ['scripts'], { toString: () => 'scripts' }]) {
    t.throws(() => fresh().take({ type: 'compiled', file: file as string }, NONE), ProtocolError)
  }
  const folders = [
    '',
    '..',
    `../${FOLDER}`,
    `${FOLDER}/..`,
    `${FOLDER}-0`,
    `${FOLDER}\n`,
    'v24.21.0',
  ]
  for (const folder of [...folders, undefined]) {
    const message = { ...LAST, folder } as Parameters<CompiledRecording['take']>[0]
    t.throws(() => fresh().take(message, NONE), ProtocolError, JSON.stringify(folder))
  }
  t.strictSame(done, [])
})

t.test('bytes and files are bounded, and none comes twice', async (t) => {
  const half = Buffer.alloc(COMPILED_BYTES_MAX / 2)
  const { recording: large } = recording()
  large.take({ type: 'compiled', file: '00000000' }, half)
  large.take({ type: 'compiled', file: '00000001' }, half)
  t.throws(() => large.take({ type: 'compiled', file: '00000002' }, Buffer.from('x')), /bytes/)
  const { recording: many } = recording()
  for (let n = 0; n < COMPILED_FILES_MAX; n += 1) {
    many.take({ type: 'compiled', file: n.toString(16).padStart(8, '0') }, NONE)
  }
  t.throws(() => many.take({ type: 'compiled', file: 'ffffffff' }, NONE), /files/)
  t.notOk(many.isOpen, 'nothing more of it counts')
  const { recording: twice } = recording()
  twice.take({ type: 'compiled', file: '00000000' }, NONE)
  t.throws(() => twice.take({ type: 'compiled', file: '00000000' }, NONE), /twice/)
})

t.test('one that was closed hands nothing over', async (t) => {
  const { recording: of, done } = recording()
  of.take({ type: 'compiled', file: 'scripts' }, NONE)
  of.close()
  of.take(LAST, NONE)
  t.strictSame(done, [])
})
