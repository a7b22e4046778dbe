/** A lecture as people write it, notebooks/source/NN-name.md, and what is made of it: a notebook, and a module to type-check. */
import { KERNELSPEC, LANGUAGE_INFO } from '../../kernel/interfaces/language';
import { fill, placeholders, withoutComments } from './prose';

export interface Cell {
  type: 'markdown' | 'code';
  source: string;
  /** The line of the Markdown file that the source starts on, from 1. */
  line: number;
}

export interface NotebookCell {
  cell_type: 'markdown' | 'code';
  id: string;
  metadata: object;
  source: string[];
  execution_count?: number | null;
  outputs?: Output[];
}

/** One output of a code cell, as nbformat 4.5 writes it. */
export interface Output {
  output_type: 'stream' | 'display_data' | 'execute_result' | 'error';
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
}

export interface Notebook {
  nbformat: 4;
  nbformat_minor: 5;
  metadata: { kernelspec: { name: string }; cnn_kit?: { values: Record<string, string> }; [key: string]: unknown };
  cells: NotebookCell[];
}

/**
 * The cells of a lecture. A block fenced by ```typescript is a code cell; the text between is Markdown, one cell up to
 * the next heading. Blocks of other languages, ```ts among them, stay text.
 */
export function parseLecture(markdown: string): Cell[] {
  const cells: Cell[] = [];
  let lines: string[] = [];
  let first = 1;
  let fence: string | undefined;
  const end = (type: Cell['type'], next: number): void => {
    const source = lines.join('\n');
    const blank = source.length - source.replace(/^\n+/, '').length;
    if (source.trim()) cells.push({ type, source: source.replace(/^\n+|\s+$/g, ''), line: first + blank });
    lines = [];
    first = next;
  };
  markdown.split('\n').forEach((line, i) => {
    if (fence === undefined && line.trimEnd() === '```typescript') {
      end('markdown', i + 2);
      fence = 'code';
    } else if (fence === 'code' && line.trimEnd() === '```') {
      end('code', i + 2);
      fence = undefined;
    } else {
      if (fence === undefined && /^#{1,6} /.test(line)) end('markdown', i + 1);
      const mark = /^(```+|~~~+)/.exec(line)?.[1];
      if (mark && fence !== 'code') fence = fence === undefined ? mark : fence === mark ? undefined : fence;
      lines.push(line);
    }
  });
  if (fence !== undefined) throw new Error(`A code block is not closed: close the one above line ${first}.`);
  end('markdown', 0);
  return cells;
}

export interface NotebookOptions {
  /** What a run gave for each `{{expression}}` of the text. */
  values?: Readonly<Record<string, string>>;
  /** The text of a cell in another language. */
  translate?: (markdown: string) => string;
}

/**
 * The notebook (nbformat 4.5) of a lecture, without outputs. Cell ids are counted within a section, so that a change of one
 * section is a diff of one section.
 */
export function toNotebook(
  markdown: string,
  { values = {}, translate = text => text }: NotebookOptions = {},
): Notebook {
  let section = 'start';
  let sections = 0;
  let count = 0;
  const cells = parseLecture(markdown).flatMap(({ type, source }): NotebookCell[] => {
    const heading = type === 'markdown' && /^#{1,6} (\d+(?:\.\d+)*)?/.exec(source);
    if (heading) {
      sections++;
      section = heading[1] ? heading[1].replace(/\./g, '-') : `part-${sections}`;
      count = 0;
    }
    const id = `${section}-${type}-${++count}`;
    const text = type === 'code' ? source : fill(withoutComments(translate(source)), values);
    if (!text) return [];
    const cell: NotebookCell = { cell_type: type, id, metadata: {}, source: text.split(/(?<=\n)/) };
    return [type === 'code' ? { ...cell, execution_count: null, outputs: [] } : cell];
  });
  const metadata = {
    cnn_kit: { values: { ...values } },
    kernelspec: KERNELSPEC,
    language_info: LANGUAGE_INFO,
  };
  return { nbformat: 4, nbformat_minor: 5, metadata, cells };
}

/** One module with the code of all cells and of all values in the text, each on its line of the Markdown file: what tsc reads. */
export function toModule(markdown: string): string {
  const lines: string[] = [];
  const values: string[] = [];
  for (const { type, source, line } of parseLecture(markdown)) {
    if (type === 'markdown') {
      values.push(...placeholders(source).map(({ expression }) => `void (${expression});`));
      continue;
    }
    while (lines.length < line - 1) lines.push('');
    // A cell ends where it ends, with a semicolon or not.
    const last = source.split('\n').at(-1)!;
    lines.push(...source.split('\n').slice(0, -1), /(^\s*\/\/|[;{}]\s*(\/\/.*)?$)/.test(last) ? last : `${last};`);
  }
  return `${[...lines, ...values].join('\n')}\nexport {};\n`;
}

/** The cell that tells the values of the text, for the end of a run. */
export function valuesCell(markdown: string): string {
  const expressions = placeholders(markdown).map(({ expression }) => expression);
  return `console.log(${JSON.stringify(VALUES)} + JSON.stringify([${expressions.map(text => `[${JSON.stringify(text)}, (${text})]`).join(', ')}]));`;
}

const VALUES = 'cnn-kit values ';

/** What `valuesCell` told: whole numbers with their thousands apart, others to three significant digits, text as it is. */
export function readValues(cell: NotebookCell): Record<string, string> {
  const text = (cell.outputs ?? []).map(output => [output.text ?? ''].flat().join('')).join('');
  const told = text.split('\n').find(line => line.startsWith(VALUES));
  if (told === undefined) {
    const error = cell.outputs?.find(output => output.output_type === 'error');
    throw new Error(
      `The values of the text cannot be told: ${error ? `${error.ename}: ${error.evalue}` : 'no output'}.`,
    );
  }
  const pairs = JSON.parse(told.slice(VALUES.length)) as [string, unknown][];
  return Object.fromEntries(
    pairs.map(([expression, value]) => {
      if (typeof value === 'string' && value) return [expression, value];
      if (typeof value !== 'number')
        throw new Error(`{{${expression}}} is ${JSON.stringify(value)}; it must be a number or text.`);
      return [
        expression,
        Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3))),
      ];
    }),
  );
}

/** The lecture with every knob that has a quick value, `const steps = 400; // quick: 40`, set to it. */
export function quick(markdown: string): string {
  return markdown.replace(/^((?:const|let) \w+ = )(.+?)(; \/\/ quick: )(.+)$/gm, '$1$4$3$4');
}

/** What is wrong with the outputs of an executed notebook, one sentence each; empty if a reader may have it. */
export function faults(notebook: Notebook): string[] {
  return notebook.cells.flatMap(cell =>
    (cell.outputs ?? []).flatMap(output => {
      if (output.output_type === 'error') return [`${cell.id} ends in ${output.ename}: ${output.evalue}`];
      if (output.output_type === 'stream') {
        const text = [output.text ?? ''].flat().join('');
        return output.name === 'stderr' ? [`${cell.id} writes to stderr: ${text.trim().split('\n')[0]}`] : [];
      }
      const kinds = Object.keys(output.data ?? {});
      const figure = kinds.find(kind => /vegalite|vega\.|plotly|^image\/svg/.test(kind));
      // Beside plotly an SVG, for JupyterLab shows a PNG in its place.
      const still = figure?.includes('plotly') ? 'image/svg+xml' : 'image/png';
      const alt = (output.metadata?.[still] as { alt?: string } | undefined)?.alt;
      if (kinds.includes(still) && !alt) return [`${cell.id} shows an image without alternative text`];
      return figure && !kinds.includes(still) ? [`${cell.id} shows ${figure} without a still ${still}`] : [];
    }),
  );
}
