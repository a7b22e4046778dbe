/** The names that cells have in common. */
import { say } from '../../base/sentences';

/**
 * The variable behind a name. Cells that use a name hold its box, so it stays the same object when the name is declared
 * again. Its value is a plain property, or the cell's own variable where functions of that cell hold on to it.
 */
export interface Box {
  value: unknown;
}

export class Scope {
  private readonly boxes = new Map<string, Box>();
  /** Names that the running cell declares with variables of its own, and what they were before. */
  private readonly replaced = new Map<string, PropertyDescriptor | undefined>();

  /** @throws ReferenceError if the cell that declares the name ended in an error before it got there */
  box(name: string): Box {
    const box = this.boxes.get(name);
    if (!box) throw new ReferenceError(say('noValue', { name }));
    return box;
  }

  settle(name: string, value: unknown): void {
    const box = this.boxes.get(name);
    if (!box) this.boxes.set(name, { value });
    else if (Object.getOwnPropertyDescriptor(box, 'value')!.get) define(box, { value, writable: true });
    else box.value = value;
  }

  live(name: string, get: () => unknown, set: (value: unknown) => void = () => undefined): void {
    const box = this.boxes.get(name);
    this.replaced.set(name, box && Object.getOwnPropertyDescriptor(box, 'value'));
    if (box) define(box, { get, set });
    else this.boxes.set(name, define({ value: undefined }, { get, set }));
  }

  /** After a cell that failed: names that it did not get to are again what they were. */
  restoreUnset(): void {
    for (const [name, before] of this.replaced) {
      const box = this.boxes.get(name)!;
      try {
        void box.value;
      } catch {
        if (before) define(box, before);
        else this.boxes.delete(name);
      }
    }
  }

  /** A new cell begins. */
  begin(): void {
    this.replaced.clear();
  }
}

function define(box: Box, descriptor: PropertyDescriptor): Box {
  return Object.defineProperty(box, 'value', { ...descriptor, configurable: true, enumerable: true });
}
