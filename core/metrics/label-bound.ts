/** Stands for all names past the bound; nothing that is named by a user is called so. */
export const OTHER = '(other)'

/** The first names get a label of their own, so that there are never more than `max`; all others share one. */
export class LabelBound<T> {
  readonly #max: number
  readonly #make: () => T
  readonly #byName = new Map<string, T>()

  constructor(max: number, make: () => T) {
    this.#max = max
    this.#make = make
  }

  /** On the way of each invocation. A name begins a label only where `mayBegin`. */
  of(name: string, mayBegin: (name: string) => boolean = () => true): T {
    return this.#byName.get(name) ?? this.#begin(mayBegin(name) ? name : OTHER)
  }

  /** Its label is free for another name. */
  forget(name: string): void {
    this.#byName.delete(name)
  }

  entries(): Iterable<[name: string, T]> {
    return this.#byName
  }

  #begin(name: string): T {
    const named = this.#byName.size - (this.#byName.has(OTHER) ? 1 : 0)
    const label = named < this.#max ? name : OTHER
    const known = this.#byName.get(label)
    if (known) return known
    const made = this.#make()
    this.#byName.set(label, made)
    return made
  }
}
