import t from 'tap'
import { packagePathMistake } from '../../../core/functions/package-path.ts'

t.test('Paths below the folder are taken', async (t) => {
  const good = [
    'a',
    'a/b/c.js',
    '.env',
    'a/.b',
    '...',
    'a..b',
    'größe/✓',
    'a b',
    '@scope/x',
    `${'d/'.repeat(500)}f`,
  ]
  for (const path of good) t.equal(packagePathMistake(path), undefined, path)
})

t.test('Every other path is refused with its reason', async (t) => {
  const bad: Array<[string, RegExp]> = [
    ['', /empty/],
    ['..', /outside/],
    ['a/../b', /outside/],
    ['a/..', /outside/],
    ['/a', /absolute/],
    ['C:/a', /absolute/],
    ['c:a', /absolute/],
    ['a\\b', /backslash/],
    ['a\0b', /control/],
    ['a\u0085b', /control/],
    ['a//b', /shortest/],
    ['./a', /shortest/],
    ['a/', /shortest/],
    ['x'.repeat(256), /255 bytes/],
    ['ä'.repeat(128), /255 bytes/],
    ['ab/'.repeat(342), /1024 bytes/],
  ]
  for (const [path, reason] of bad) t.match(packagePathMistake(path), reason, JSON.stringify(path))
})
