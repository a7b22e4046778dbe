/** The items of an iterator, the next of them made before it is asked for: while TensorFlow computes on the one before. */
export class Ahead<T> {
  private made: { next: IteratorResult<T> } | { error: unknown } | undefined;

  constructor(
    private readonly items: Iterator<T>,
    private readonly free: (item: T) => void,
  ) {}

  prepare(): void {
    try {
      this.made ??= { next: this.items.next() };
    } catch (error) {
      // Its turn has not come.
      this.made = { error };
    }
  }

  next(): IteratorResult<T> {
    this.prepare();
    const made = this.made!;
    this.made = undefined;
    if ('error' in made) throw made.error;
    return made.next;
  }

  dispose(): void {
    if (this.made && 'next' in this.made && !this.made.next.done) this.free(this.made.next.value);
    this.made = undefined;
  }
}
