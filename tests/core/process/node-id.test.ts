import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readNodeId } from '../../../core/process/node-id.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

t.test('a node keeps its name, and has one even where a start left an empty file', async (t) => {
  const folder = await temporaryFolder(t)
  const made = readNodeId(join(folder, 'data'))
  t.match(made, /^[0-9a-f]{12}$/)
  t.equal(readNodeId(join(folder, 'data')), made)
  writeFileSync(join(folder, 'node-id'), '')
  const other = readNodeId(folder)
  t.match(other, /^[0-9a-f]{12}$/)
  t.equal(readNodeId(folder), other)
})
