/** What a cell may import: packages (also those that are ES modules only), and local TypeScript files as they stand now. */
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LocalFile } from './converter';

type Require = (id: string) => unknown;

export class Modules {
  private readonly files = new Map<string, LocalFile>();
  private readonly loaded = new Map<string, Module>();
  private readonly esModules = new Map<string, unknown>();
  private readonly nodeRequire: NodeJS.Require;

  /** @param wrap the names that compiled code expects around it, as `name, value` */
  constructor(
    private readonly root: string,
    private readonly folder: string,
    private readonly wrap: Record<string, unknown>,
  ) {
    // Packages are the checkout's, wherever the notebook lies.
    const inside = !path.relative(root, folder).startsWith('..');
    this.nodeRequire = createRequire(path.join(inside ? folder : root, 'cell.js'));
  }

  /** New compiled files: all local modules are made anew, since one of them may import another. */
  update(files: LocalFile[]): void {
    if (files.length) this.loaded.clear();
    for (const file of files) this.files.set(file.name, file);
  }

  file(name: string): LocalFile | undefined {
    return this.files.get(name);
  }

  readonly require: Require = id => this.load(id, this.folder, this.nodeRequire);

  /** Loads what `require` cannot: packages with only an `import` entry, or with an await at their top level. */
  async preload(code: string): Promise<void> {
    for (const [, id] of code.matchAll(/require\("([^."][^"]*)"\)/g)) {
      if (this.esModules.has(id) || Module.isBuiltin(id)) continue;
      try {
        this.nodeRequire(id);
      } catch (error) {
        if (!/^ERR_(REQUIRE_|PACKAGE_PATH)/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
        const file = pathToFileURL(this.importEntry(id)).href;
        this.esModules.set(id, { ...((await import(file)) as object), __esModule: true });
      }
    }
  }

  private load(id: string, from: string, native: Require): unknown {
    if (this.esModules.has(id)) return this.esModules.get(id);
    const name = id.startsWith('.') && this.compiledName(path.resolve(from, id));
    return name ? this.run(name) : native(id);
  }

  private compiledName(file: string): string | undefined {
    const bare = file
      .split(path.sep)
      .join('/')
      .replace(/\.[jt]s$/, '');
    return [file, bare, `${bare}/index`].find(name => this.files.has(name));
  }

  private run(name: string): unknown {
    const known = this.loaded.get(name);
    if (known) return known.exports;
    const module = new Module(name);
    module.filename = `${name}.ts`;
    const native = createRequire(module.filename);
    this.loaded.set(name, module);
    const own = { ...this.wrap, module, exports: module.exports as unknown, __filename: module.filename };
    const scope = {
      ...own,
      __dirname: path.dirname(name),
      require: (id: string) => this.load(id, path.dirname(name), native),
    };
    try {
      compile(this.files.get(name)!.code, name, Object.keys(scope))(...Object.values(scope));
    } catch (error) {
      this.loaded.delete(name);
      throw error;
    }
    return module.exports;
  }

  /** The file behind a package's `import` entry, which createRequire cannot resolve when there is no `require` entry. */
  private importEntry(id: string): string {
    try {
      return this.nodeRequire.resolve(id);
    } catch {
      const folder = path.join(this.root, 'node_modules', id);
      const { exports } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
      let entry = exports['.'] ?? exports;
      while (typeof entry !== 'string') entry = entry.import ?? entry.default;
      return path.join(folder, entry);
    }
  }
}

/** A function of `names` with `code` as its body on line 1, called `file` in stack traces. */
function compile(code: string, file: string, names: string[]): (...values: unknown[]) => unknown {
  const { Script } = require('node:vm') as typeof import('node:vm');
  const head = `(function (${names.join(', ')}) { `;
  const script = new Script(`${head}${code}\n})`, { filename: file, columnOffset: -head.length });
  return script.runInThisContext() as (...values: unknown[]) => unknown;
}
