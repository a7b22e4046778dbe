/** What a notebook says of its kernel: JupyterLab writes both into every notebook that it saves. */
import fs from 'node:fs';

export const KERNELSPEC = { display_name: 'TypeScript (cnn-kit)', language: 'typescript', name: 'cnn-kit' } as const;

export const LANGUAGE_INFO = {
  name: 'typescript',
  version: versionOf('typescript/package.json'),
  mimetype: 'text/x-typescript',
  file_extension: '.ts',
  pygments_lexer: 'typescript',
  // JupyterLab's own name of it; it colours nothing under another.
  codemirror_mode: 'typescript',
  nbconvert_exporter: 'script',
} as const;

/** The version in a package.json, named as `require` finds it. */
export function versionOf(module: string): string {
  return (JSON.parse(fs.readFileSync(require.resolve(module), 'utf8')) as { version: string }).version;
}
