import path from 'node:path';

/** The folder of the kit: that of package.json. The same from src and, compiled, from dist. */
export const ROOT = path.join(__dirname, '..', '..');
