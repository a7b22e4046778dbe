/** What a notebook says of its kernel: JupyterLab writes both into every notebook that it saves. */
import { version } from 'typescript/package.json';

export const KERNELSPEC = { display_name: 'TypeScript (cnn-kit)', language: 'typescript', name: 'cnn-kit' } as const;

export const LANGUAGE_INFO = {
  name: 'typescript',
  version,
  mimetype: 'text/x-typescript',
  file_extension: '.ts',
  pygments_lexer: 'typescript',
  // JupyterLab's own name of it; it colours nothing under another.
  codemirror_mode: 'typescript',
  nbconvert_exporter: 'script',
} as const;
