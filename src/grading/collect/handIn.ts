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

export interface HandIn extends Identity {
  /** By path below the student's folder. */
  files: Map<string, () => Buffer>;
  /** What is there and is not read, by path. */
  refused: Map<string, string>;
  problems: string[];
}

/** A notebook with its outputs. */
export const MAX_NOTEBOOK = 64 << 20;
/** Folders that come along by accident. */
export const IGNORED = /^(node_modules|solutions|dist|__MACOSX|\..*)$/;

/** A folder of a class's tree: files, and what is there and is not read, by path. */
export interface Branch {
  files: Map<string, () => Buffer>;
  refused: Map<string, string>;
}
/** The top entries of a class's folder or archive. */
export type Tree = Map<string, Branch | (() => Buffer)>;

/** Whether a file may be a student's work, by its name. */
export function isWork(name: string): boolean {
  return /\.(ts|ipynb)$/i.test(name) && !name.endsWith('.d.ts');
}
