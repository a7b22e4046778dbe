/** Packages of the checkout as Node finds them, also those that are ES modules only. */
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { unbroken, type Packages } from '../interfaces/platform';

/** Has no package broken off while it loads. */
export function loadWhole(stop: Int32Array): void {
  // Node declares no loader.
  const loader = Module as unknown as { _load: (...request: unknown[]) => unknown };
  const { _load } = loader;
  loader._load = (...request) => unbroken(stop, () => _load.apply(Module, request));
}

export class NodePackages implements Packages {
  private readonly esModules = new Map<string, unknown>();
  private readonly requires = new Map<string, NodeJS.Require>();
  private readonly cell: string;

  constructor(
    private readonly root: string,
    folder: string,
  ) {
    // Packages are the checkout's, wherever the notebook lies.
    const inside = !path.relative(root, folder).startsWith('..');
    this.cell = path.join(inside ? folder : root, 'cell.js');
  }

  require(id: string, from = this.cell): unknown {
    return this.esModules.get(id) ?? this.requireOf(from)(id);
  }

  /** Loads what `require` cannot: packages with only an `import` entry, or with an await at their top level. */
  async load(id: string): Promise<void> {
    if (this.esModules.has(id) || Module.isBuiltin(id)) return;
    try {
      this.require(id);
    } catch (error) {
      // Of what is not there or does not load, the cell gets to know where it asks, and may catch it.
      if (!/^ERR_(REQUIRE_|PACKAGE_PATH)/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '')) return;
      const file = pathToFileURL(this.importEntry(id)).href;
      this.esModules.set(id, { ...((await import(file)) as object), __esModule: true });
    }
  }

  private requireOf(file: string): NodeJS.Require {
    const known = this.requires.get(file) ?? createRequire(file);
    this.requires.set(file, known);
    return known;
  }

  /** The file behind a package's `import` entry, which createRequire cannot resolve when there is no `require` entry. */
  private importEntry(id: string): string {
    try {
      return this.requireOf(this.cell).resolve(id);
    } catch {
      const folder = path.join(this.root, 'node_modules', id);
      const { exports } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
      let entry = exports['.'] ?? exports;
      while (typeof entry !== 'string') entry = entry.import ?? entry.default;
      return path.join(folder, entry);
    }
  }
}
