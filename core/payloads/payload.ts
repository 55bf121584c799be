import type { PayloadStore } from './payload-store.ts'

/** A larger payload does not lie in its record but beside it. */
const INLINE_BYTES_MAX = 64 * 1024

/** Whether it is small enough to lie in its record. */
export function isInline(bytes: Buffer): boolean {
  return bytes.length <= INLINE_BYTES_MAX
}

/** JSON text: its bytes, or where they lie. */
export type Payload = Buffer | PayloadReference

/** As a record has it: `bytes:name`. */
export interface PayloadReference {
  reference: string
}

/** Resolves when a large payload is on disk; a small one goes into the record as it is. */
export async function keepPayload(
  store: PayloadStore,
  name: string,
  bytes: Buffer,
): Promise<Payload> {
  if (isInline(bytes)) return bytes
  await store.put(name, bytes)
  return { reference: `${bytes.length}:${name}` }
}

/** Throws PayloadMissing, PayloadsUnavailable, StorageUnavailable. */
export async function loadPayload(store: PayloadStore, payload: Payload): Promise<Buffer> {
  return Buffer.isBuffer(payload) ? payload : await store.get(nameOf(payload))
}

/** For one that no record took. What cannot be removed now is found by the sweep. */
export function dropPayload(store: PayloadStore, payload: Payload): void {
  if (!Buffer.isBuffer(payload)) store.remove(nameOf(payload)).catch(() => undefined)
}

/** As a script answers it. */
export function readPayload(inline: Buffer | undefined, reference: string | undefined): Payload {
  return reference ? { reference } : (inline ?? Buffer.alloc(0))
}

/** How long it is, which its reference says. */
export function bytesOf({ reference }: PayloadReference): number {
  return Number.parseInt(reference, 10)
}

function nameOf({ reference }: PayloadReference): string {
  return reference.slice(reference.indexOf(':') + 1)
}
