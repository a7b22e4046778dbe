/** Runs cells: convert, wrap, run in the main context, and keep the names. */
import { type Cell, CELL_LABEL, type Converter } from '../interfaces/converter';
import { KeyboardInterrupt, typeError } from './errors';
import { Modules } from './modules';
import type { Platform, SourceMapPayload } from '../interfaces/platform';
import { Scope } from './scope';
import type { Source } from './stack';

/** What cells and local files see alike. */
type Surroundings = {
  __filename: string;
  __dirname: string;
  /** Of `import.meta`. */
  $meta: object;
  $stop: Int32Array;
  $interrupt: Error;
  /** Whether the cell whose code this is was interrupted. */
  $isEnded: () => boolean;
  /** Hands over what an `await` gave, if the cell has not been interrupted meanwhile. */
  $goOn: <T>(value: T) => T;
};

/** A cell's own names and the kernel's, as its code sees them. */
interface Ports extends Surroundings {
  exports: object;
  require: (id: string) => unknown;
  $box: (name: string) => { value: unknown };
  $live: (name: string, get: () => unknown, set: (value: unknown) => void) => void;
  /** @param whole the cell ran to its end */
  $settle: (values: Record<string, unknown>, whole: boolean) => void;
}

/** Where a cell finds its ports: a global, as a script has no arguments. */
const PORTS = '$cnnKitPorts';

export class Executor {
  private readonly scope = new Scope();
  private readonly modules: Modules;
  private readonly cells = new Map<string, Source>();
  private readonly library = new Map<string, Source | undefined>();
  private readonly ports: Ports;
  /** The type of the last expression of the cell last run, as TypeScript writes it. */
  lastType?: () => string | undefined;

  /**
   * @param root the checkout
   * @param folder the notebook's
   * @param isEnded whether the code that now runs is that of a cell that was interrupted
   */
  constructor(
    private readonly platform: Platform,
    private readonly converter: Converter,
    private readonly root: string,
    private readonly folder: string,
    isEnded: () => boolean,
  ) {
    const $interrupt = new KeyboardInterrupt();
    const { stop, paths } = platform;
    const surroundings = (file: string): Surroundings => ({
      ...{ __filename: file, __dirname: paths.resolve(file, '..'), $meta: platform.importMeta(file) },
      ...{ $stop: stop, $interrupt, $isEnded: isEnded },
      $goOn: value => {
        if (isEnded()) throw $interrupt;
        return value;
      },
    });
    this.modules = new Modules(platform, root, folder, surroundings);
    // Compiled imports define themselves on `exports`; names of the cell itself take the other ways.
    const exports = new Proxy({} as Record<string, unknown>, {
      defineProperty: (_, name, { get, value }) => {
        if (name !== '__esModule') this.scope.live(String(name), get ?? (() => value as unknown));
        return true;
      },
      set: (_, name, value) => {
        if (value !== undefined) this.scope.settle(String(name), value);
        return true;
      },
    });
    this.ports = {
      ...surroundings(paths.resolve(folder, 'cell.ts')),
      exports,
      require: this.modules.require,
      $box: name => this.scope.box(name),
      $live: (name, get, set) => this.scope.live(name, get, set),
      $settle: (values, whole) => {
        for (const [name, value] of Object.entries(values)) {
          if (whole || value !== undefined) this.scope.settle(name, value);
        }
        if (!whole) this.scope.restoreUnset();
      },
    };
  }

  /**
   * Runs a cell, called `name` in stack traces, and resolves with the value of its last expression.
   * Names that were declared before an error stay.
   *
   * @throws CellError with the compiler's problems; whatever the cell throws
   */
  async run(source: string, name: string): Promise<unknown> {
    if (Atomics.load(this.platform.stop, 0)) throw new KeyboardInterrupt();
    const { problems, cell, files } = this.converter.convert(source);
    if (problems.length) throw typeError(problems, name, source, this.root, this.platform);
    this.modules.update(files);
    if (!cell) return undefined;
    for (const { imports } of [cell, ...files]) await this.modules.preload(imports);
    if (Atomics.load(this.platform.stop, 0)) throw new KeyboardInterrupt();
    this.converter.keep();
    this.lastType = cell.lastType;
    this.cells.set(name, { name, maps: cell.maps, text: source, offset: 1 });
    const names = Object.keys(this.ports).join(', ');
    const head = `(${cell.isAsync ? 'async ' : ''}function (${names}) { ${before(cell)}`;
    // Called from within the script: a signal breaks only what runs inside of it.
    const code = `${head}${cell.code}\n${after(cell)}})(...globalThis.${PORTS})`;
    this.scope.begin();
    (globalThis as Record<string, unknown>)[PORTS] = Object.values(this.ports);
    return (await this.platform.evaluate({ code, name, head: head.length })) as unknown;
  }

  /** What is known of a file named in a stack trace: a cell, a local file in TypeScript or JavaScript, or our own library. */
  sourceOf(file: string): Source | undefined {
    const known = this.cells.get(file);
    if (known) return known;
    const local = this.modules.file(file);
    const { paths, readFile } = this.platform;
    if (!local) return this.librarySource(file) ?? this.plainSource(file);
    const written = `${file}.ts`;
    return { name: paths.relative(this.folder, written), maps: local.maps, text: readFile(written) ?? '', offset: 0 };
  }

  private plainSource(url: string): Source | undefined {
    const { paths, readFile, isOwn } = this.platform;
    const file = url.replace(/^file:\/\//, '');
    if (isOwn(file) || /\/(node_modules|dist)\//.test(file)) return undefined;
    const text = readFile(file);
    return text === undefined ? undefined : { name: paths.relative(this.folder, file), maps: [], text, offset: 0 };
  }

  private librarySource(file: string): Source | undefined {
    const { paths, isOwn } = this.platform;
    if (isOwn(file) || !/^dist\//.test(paths.relative(this.root, file))) return undefined;
    if (!this.library.has(file)) this.library.set(file, this.readLibrarySource(file));
    return this.library.get(file);
  }

  private readLibrarySource(file: string): Source | undefined {
    const { paths, readFile } = this.platform;
    const map = readFile(`${file}.map`);
    if (map === undefined) return undefined;
    const payload = JSON.parse(map) as SourceMapPayload;
    const original = paths.resolve(file, '..', payload.sources[0]);
    const text = readFile(original);
    return text === undefined
      ? undefined
      : { name: paths.relative(this.root, original), maps: [payload], text, offset: 0, isLibrary: true };
  }
}

/** On one line with the start of the cell, so that lines stay where they are. */
function before({ used, live }: Cell): string {
  const boxes = used.map(name => `const $$${name} = $box("${name}");`);
  const own = live.map(name => `$live("${name}", () => ${name}, $value => { ${name} = $value; });`);
  return [...boxes, `let $whole = false; try { ${CELL_LABEL}: {`, ...own, ''].join(' ');
}

function after({ settled, lastExpression }: Cell): string {
  const value = lastExpression ?? '';
  const names = settled.filter(name => name !== lastExpression);
  const settle = `$settle({ ${names.join(', ')} }, $whole);`;
  return `$whole = true; return ${value}; } throw $interrupt; } finally { ${settle} }`;
}
