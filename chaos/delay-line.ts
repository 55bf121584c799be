import type { Socket } from 'node:net'

/** Writes to a socket, later, and always in order: what comes without delay waits behind what has one. */
export class DelayLine {
  readonly #to: Socket
  #waiting: { data: Buffer; dueAt: number }[] = []

  constructor(to: Socket) {
    this.#to = to
  }

  write(data: Buffer, delayMs: number): void {
    this.#waiting.push({ data, dueAt: performance.now() + delayMs })
    if (this.#waiting.length === 1) this.#pump()
  }

  #pump(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const leftMs = next.dueAt - performance.now()
      if (leftMs > 0) {
        setTimeout(() => this.#pump(), leftMs)
        return
      }
      this.#waiting.shift()
      if (this.#to.writable) this.#to.write(next.data)
    }
  }
}
