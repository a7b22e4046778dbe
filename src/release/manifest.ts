/** What the student edition contains; what is not listed here stays with the instructor. */

/** Files and whole folders. Lines between the markers of markers.ts are cut out of them. */
const FILES = [
  ...['.gitignore', '.npmrc', 'LICENSE', 'README.md', 'package.json', 'package-lock.json', 'tsconfig.json'],
  ...['data', 'notebooks', 'src'],
  // Mocha's own settings need it.
  'test/variables.ts',
];

/** Rooms of src that students do not get, as nothing that they run imports them. */
export const WITHHELD_ROOMS = ['src/sandbox', 'src/grading', 'src/release'];

/** The commands of package.json. */
export const SCRIPTS = [
  ...['start', 'setup', 'doctor', 'build', 'data', 'check', 'progress', 'submit'],
  ...['execute', 'book', 'experiment', 'parity', 'convert'],
];

/** Packages that only the withheld rooms and our own tests import. */
export const WITHHELD_PACKAGES = [
  '@dodona/dolos-core',
  'bullmq',
  'ioredis',
  'yaml',
  'ajv',
  'playwright-core',
  'knip',
  'prettier',
];

/** Whether a file of the kit, by its name, is in the student edition. */
export function isReleased(name: string): boolean {
  const isIn = (folders: string[]): boolean => folders.some(folder => name === folder || name.startsWith(`${folder}/`));
  return isIn(FILES) && !isIn(WITHHELD_ROOMS);
}
