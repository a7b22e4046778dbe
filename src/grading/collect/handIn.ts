/** What one student handed in, as found: who it is, and files by their path. */

/** Who a student is, as far as the platform's export says. */
export interface Identity {
  student: string;
  /** The platform's own number of the student. */
  id?: string;
  name?: string;
  email?: string;
  /** When the work came in, ISO 8601, if the platform says; never a time that the student could set. */
  submitted?: string;
  /** The platform marked the work as late without saying when it came. */
  late?: boolean;
}

export interface StudentFile {
  read(): Buffer;
  /** When it was last changed, in milliseconds since 1970, as far as the folder or the archive says. */
  modified?: number;
}

export interface HandIn extends Identity {
  /** By path below the student's folder, in Unicode's composed form. */
  files: Map<string, StudentFile>;
  /** What is there and is not read, by path. */
  refused: Map<string, string>;
  problems: string[];
}

/** A notebook with its outputs. */
export const MAX_NOTEBOOK = 64 << 20;
/** Folders that come along by accident. */
export const IGNORED = /^(node_modules|dist|__MACOSX|\.git|\.ipynb_checkpoints|\.vscode|\.idea|\.cache|\.venv)$/;
/** Files that come along by accident, or that the course itself handed out. */
const INCIDENTAL =
  /^(\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|\.gitignore|\.npmrc|timestamp\.txt|submission_metadata\.yml|package(-lock)?\.json|tsconfig\.json|LICENSE|README\.md)$/i;

/** A folder of a class's tree: files, and what is there and is not read, by path. */
export interface Branch {
  files: Map<string, StudentFile>;
  refused: Map<string, string>;
}
/** The top entries of a class's folder or archive. */
export type Tree = Map<string, Branch | StudentFile>;

export function isBranch(entry: Branch | StudentFile): entry is Branch {
  return 'files' in entry;
}

/** Whether a file may be a student's work, by its name, with the endings that browsers and editors add. */
export function isWork(name: string): boolean {
  return workKind(name) !== undefined;
}

/** Whether a file of that name is TypeScript or a notebook, and what is before its ending. */
export function workKind(name: string): { stem: string; kind: 'ts' | 'ipynb' } | undefined {
  if (isIncidental(name) || /\.d\.[mc]?ts$/i.test(name)) return undefined;
  const found = /^(.*?)\.(ipynb|[mc]?[tj]s|tsx)((\.(txt|json|ts|ipynb))?(\s*\(\d+\))?(\.txt)?)$/is.exec(name);
  if (!found) return undefined;
  const [, stem, ending, , , , number = ''] = found;
  return { stem: stem + number, kind: ending.toLowerCase() === 'ipynb' ? 'ipynb' : 'ts' };
}

/** Whether a file needs no word when it is not read. */
export function isIncidental(name: string): boolean {
  const parts = name.split('/');
  return INCIDENTAL.test(parts[parts.length - 1]) || parts.slice(0, -1).some(part => IGNORED.test(part));
}
