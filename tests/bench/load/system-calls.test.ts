import t from 'tap'
import { countedIn } from '../../../bench/load/system-calls.ts'

const TRACE = `
101 write(23<TCP:[127.0.0.1:8080->127.0.0.1:50000]>, "HTTP/1.1 200 OK"..., 300) = 300
101 writev(30<UNIX-STREAM:[20585240]>, [{iov_base="x", iov_len=1}], 1 <unfinished ...>
102 <... writev resumed>)             = 1
101 write(9<anon_inode:[eventfd]>, "\\1"..., 8) = 8
101 openat(AT_FDCWD</srv>, "/proc/stat", O_RDONLY|O_CLOEXEC) = 31</proc/stat>
103 openat(AT_FDCWD</srv>, "/data/file", O_RDONLY|O_CLOEXEC) = 31</data/file>
`

t.test('writes to sockets and files that are opened count, once each', async (t) => {
  t.same(countedIn(TRACE), { sent: 2, opened: 1 })
})

t.test('nothing is nothing', async (t) => {
  t.same(countedIn(''), { sent: 0, opened: 0 })
})
