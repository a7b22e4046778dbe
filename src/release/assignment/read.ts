import type { Cell, Imported } from './imported';
import { fromNbgrader } from './nbgrader';
import { fromOtter } from './otter';

/**
 * The questions of a notebook.
 * @throws one sentence where it is no notebook, or neither nbgrader's nor otter's.
 */
export function readAssignment(text: string): Imported {
  let notebook: {
    cells?: unknown;
    metadata?: { kernelspec?: { language?: string }; language_info?: { name?: string } };
  };
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    throw new Error(`It is no notebook: ${(error as Error).message}.`);
  }
  if (!Array.isArray(notebook?.cells)) throw new Error('It is no notebook of nbformat 4: it has no list of cells.');
  const language = notebook.metadata?.kernelspec?.language ?? notebook.metadata?.language_info?.name ?? 'unknown';
  const cells = notebook.cells.map((cell: Record<string, unknown>): Cell => {
    const source = Array.isArray(cell.source) ? cell.source.join('') : String(cell.source ?? '');
    const metadata = cell.metadata as { nbgrader?: Record<string, unknown> } | undefined;
    return { cell_type: String(cell.cell_type), source, nbgrader: metadata?.nbgrader };
  });
  const isOtter = cells.some(({ source }) => /^#\s*(BEGIN|ASSIGNMENT) (QUESTION|CONFIG)/m.test(source));
  if (!isOtter && !cells.some(({ nbgrader }) => nbgrader))
    throw new Error('It has neither metadata of nbgrader nor raw cells of otter; nothing says what is a question.');
  const imported = isOtter ? fromOtter(cells, language) : fromNbgrader(cells, language);
  if (!/^typescript$/i.test(language))
    imported.refused.unshift(
      `its language is ${language}: names, points and the places of tests are read, its code has to be written in TypeScript`,
    );
  return imported;
}
