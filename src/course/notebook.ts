/** A lecture as people write it, notebooks/NN-name.md, and what is made of it: a notebook, and a module to type-check. */

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
  ename?: string;
  evalue?: string;
}

export interface Notebook {
  nbformat: 4;
  nbformat_minor: 5;
  metadata: object;
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

/** The notebook (nbformat 4.5) of a lecture, without outputs. Cell ids are stable, so that a change of one cell is a diff of one cell. */
export function toNotebook(markdown: string): Notebook {
  const cells = parseLecture(markdown).map(({ type, source }, i): NotebookCell => {
    const cell: NotebookCell = {
      cell_type: type,
      id: `${type}-${i + 1}`,
      metadata: {},
      source: source.split(/(?<=\n)/),
    };
    return type === 'code' ? { ...cell, execution_count: null, outputs: [] } : cell;
  });
  const metadata = {
    kernelspec: { display_name: 'TypeScript (cnn-kit)', language: 'typescript', name: 'cnn-kit' },
    language_info: { file_extension: '.ts', mimetype: 'text/x-typescript', name: 'typescript' },
  };
  return { nbformat: 4, nbformat_minor: 5, metadata, cells };
}

/** One module with the code of all cells, each on the line that it has in the Markdown file: what tsc reads. */
export function toModule(markdown: string): string {
  const lines: string[] = [];
  for (const { type, source, line } of parseLecture(markdown)) {
    if (type === 'markdown') continue;
    while (lines.length < line - 1) lines.push('');
    lines.push(...source.split('\n'));
  }
  return `${lines.join('\n')}\nexport {};\n`;
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
      return figure && !kinds.includes('image/png') ? [`${cell.id} shows ${figure} without a still image/png`] : [];
    }),
  );
}
