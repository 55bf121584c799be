import { createServer } from 'node:net'
import { encodeFrame, FrameReader } from '../../core/frame.ts'

/** Sends every frame back: what a sandbox costs at least, in a process of its own. */
createServer((socket) => {
  const reader = new FrameReader()
  socket.on('data', (chunk: Buffer) => {
    for (const { head, body } of reader.push(chunk)) socket.write(encodeFrame(head, body))
  })
}).listen(process.argv[2])
process.on('SIGTERM', () => process.exit(0))
