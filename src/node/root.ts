import fs from 'node:fs';
import path from 'node:path';

/** The folder of the kit: that of package.json. The same from src and, compiled, from dist. */
export const ROOT = path.join(__dirname, '..', '..');

const isPackage = !fs.existsSync(path.join(ROOT, 'src'));

/** @throws where the package is installed, which has no lectures */
export function refusePackage(what: string): void {
  if (isPackage)
    throw new Error(
      `${what} of the lectures are not in the npm package; expected a checkout of cnn-kit, where \`npm start\` opens them.`,
    );
}

/** How a command is called: by npm in a checkout, by npx where the package is installed. */
export function call(name: string, words = ''): string {
  if (isPackage) return ['npx cnn-kit', name, words].filter(Boolean).join(' ');
  // These need no `run`.
  const npm = name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
  return words ? `${npm} -- ${words}` : npm;
}
