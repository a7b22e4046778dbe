/**
 * Runs the cells of a notebook that `compileCells` made: as in the kernel, names of one cell are seen by all, the last
 * definition counts, and what a cell set before it failed stays. Runs where the student's code does, with nothing of Node.
 */

/** What a compiled cell is given. */
export interface CellPorts {
  /** A name of this cell, by its own variable. */
  live(name: string, get: () => unknown, set: (value: unknown) => void): void;
  /** The names of all cells; before them, the globals. */
  scope: Record<string, unknown>;
  /** A module as `import` gives it. */
  load(id: string): unknown;
}

export class CellScope {
  /** Names that no cell has declared yet are the globals. */
  readonly names = Object.create(globalThis) as Record<string, unknown>;

  constructor(private readonly require: (id: string) => unknown) {}

  /** @throws whatever the cell throws */
  async run(cell: (ports: CellPorts) => Promise<void>): Promise<void> {
    const before = new Map<string, PropertyDescriptor | undefined>();
    const live: CellPorts['live'] = (name, get, set) => {
      before.set(name, Object.getOwnPropertyDescriptor(this.names, name));
      Object.defineProperty(this.names, name, { get, set, configurable: true, enumerable: true });
    };
    try {
      await cell({ live, scope: this.names, load: id => withoutCommands(id, asImported(this.require(id))) });
    } catch (error) {
      for (const [name, descriptor] of before) this.restoreUnset(name, descriptor);
      throw error;
    }
  }

  /** After a cell that failed: a name that it did not get to is again what it was. */
  private restoreUnset(name: string, before: PropertyDescriptor | undefined): void {
    try {
      void this.names[name];
    } catch {
      if (before) Object.defineProperty(this.names, name, before);
      else delete this.names[name];
    }
  }
}

/** The course's commands, such as `check`, where a cell that a student left them in is run to grade it. */
export const COMMANDS: unknown = new Proxy(
  {},
  { get: (_, name) => (name === '__esModule' ? true : () => Promise.resolve()) },
);

/** The library with its commands of the course doing nothing, which lectures import from there. */
function withoutCommands(id: string, module: unknown): unknown {
  if (id !== 'cnn-kit') return module;
  const nothing = (): Promise<void> => Promise.resolve();
  const commands = Object.fromEntries(['answer', 'check', 'hint', 'progress', 'question'].map(name => [name, nothing]));
  // Its own exports are getters, which an assignment would meet.
  return Object.create(module as object, Object.getOwnPropertyDescriptors(commands)) as unknown;
}

/** Whether `id` is a module of the course's commands. */
export const isCommands = (id: string): boolean => id.startsWith('cnn-kit/dist/course');

/** A CommonJS module has itself as its default export. */
function asImported(module: unknown): unknown {
  const isObject = (typeof module === 'object' && module !== null) || typeof module === 'function';
  if (!isObject || (module as { __esModule?: boolean }).__esModule) return module;
  return Object.assign(Object.create(module as object) as object, { default: module });
}

/**
 * The function `name` of a student's module, in whatever way it is exported: by name, within a default export or
 * `module.exports`, or as the only export, if it has the name.
 */
export function functionOf(exports: unknown, name: string): ((...values: unknown[]) => unknown) | undefined {
  const places = [exports, (exports as { default?: unknown } | null | undefined)?.default];
  for (const place of places) {
    const found = (place as Record<string, unknown> | null | undefined)?.[name];
    if (typeof found === 'function') return found as (...values: unknown[]) => unknown;
  }
  return places.find(place => typeof place === 'function' && place.name === name) as
    ((...values: unknown[]) => unknown) | undefined;
}
