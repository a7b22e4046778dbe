/** What a cell may import: packages, and local TypeScript files as they stand now. */
import type { LocalFile } from '../interfaces/converter';
import type { Packages, Platform } from '../interfaces/platform';

interface LocalModule {
  id: string;
  filename: string;
  exports: unknown;
}

export class Modules {
  private readonly files = new Map<string, LocalFile>();
  private readonly loaded = new Map<string, LocalModule>();
  private readonly packages: Packages;

  /** @param wrap the names that the compiled code of a file expects around it, and their values */
  constructor(
    private readonly platform: Platform,
    root: string,
    private readonly folder: string,
    private readonly wrap: (file: string) => Record<string, unknown>,
  ) {
    this.packages = platform.packages(root, folder);
  }

  /** New compiled files: all local modules are made anew, since one of them may import another. */
  update(files: LocalFile[]): void {
    if (files.length) this.loaded.clear();
    for (const file of files) this.files.set(file.name, file);
  }

  file(name: string): LocalFile | undefined {
    return this.files.get(name);
  }

  readonly require = (id: string): unknown => this.load(id, this.folder);

  /** Makes the packages ready that compiled code imports. */
  async preload(imports: string[]): Promise<void> {
    for (const id of imports) if (!id.startsWith('.')) await this.packages.load(id);
  }

  /** @param file the file that asks, where it is no cell */
  private load(id: string, folder: string, file?: string): unknown {
    const name = id.startsWith('.') && this.compiledName(this.platform.paths.resolve(folder, id));
    return name ? this.run(name) : this.packages.require(id, file);
  }

  private compiledName(file: string): string | undefined {
    const bare = file.replace(/\.[jt]s$/, '');
    return [file, bare, `${bare}/index`].find(name => this.files.has(name));
  }

  private run(name: string): unknown {
    const known = this.loaded.get(name);
    if (known) return known.exports;
    const module: LocalModule = { id: name, filename: `${name}.ts`, exports: {} };
    this.loaded.set(name, module);
    const folder = this.platform.paths.resolve(name, '..');
    const scope = {
      ...{ ...this.wrap(module.filename), module, exports: module.exports },
      require: (id: string) => this.load(id, folder, module.filename),
    };
    try {
      this.compile(name, Object.keys(scope))(...Object.values(scope));
    } catch (error) {
      this.loaded.delete(name);
      throw error;
    }
    return module.exports;
  }

  /** A function of `names` with a file's code as its body on line 1. */
  private compile(name: string, names: string[]): (...values: unknown[]) => unknown {
    const head = `(function (${names.join(', ')}) { `;
    const code = `${head}${this.files.get(name)!.code}\n})`;
    return this.platform.evaluate({ code, name, head: head.length }) as (...values: unknown[]) => unknown;
  }
}
