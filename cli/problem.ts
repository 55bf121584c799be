/** What keeps a command line from doing its work: what is wrong, and what to do about it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly remedy: string

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.remedy = remedy
  }
}
