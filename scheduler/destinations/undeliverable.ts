/** Thrown where a message can never be delivered: trying again would change nothing. */
export class Undeliverable extends Error {
  override name = 'Undeliverable'
}
