import path from 'node:path';

/** The names that a file may have that is imported as `id` from `folder`, both with slashes. */
export function candidatesOf(folder: string, id: string): string[] {
  const file = path.posix.join(folder, id);
  return [file, `${file}.ts`, file.replace(/\.m?js$/, '.ts'), `${file}/index.ts`, `${file}.js`, `${file}.json`];
}
