/** What `npm pack` puts into the package; package.slow.test.ts installs it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { ROOT } from '../../src/node/root';

const ENTRIES = ['dist/index.js', 'dist/setup/npx.js', 'dist/course/check.js'];
const BYTES = 1_000_000;

/** Packages that a part for checkouts asks for, and says so where it is missing. */
const FOR_CHECKOUTS = ['cnn-kit', 'esbuild', 'mocha', 'typescript'];

interface Packed {
  size: number;
  files: { path: string }[];
}

describe('the npm package', function () {
  let size: number;
  let files: string[];
  /** The files that a program reaches from an entry, and the packages that these import. */
  const reached = new Set<string>();
  const packages = new Set<string>();

  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, imported] of fs
      .readFileSync(path.join(ROOT, file), 'utf8')
      .matchAll(/\b(?:require|import)\(['"]([^'"]+)['"]\)/g)) {
      if (imported.startsWith('.')) {
        const found = require.resolve(path.resolve(ROOT, path.dirname(file), imported));
        follow(path.relative(ROOT, found).split(path.sep).join('/'));
      } else if (!isBuiltin(imported)) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(imported)![0]);
    }
  };

  before(function () {
    if (!fs.existsSync(path.join(ROOT, 'dist', 'types'))) {
      console.log('      skipped: dist is not built; `npm run build` does it');
      return this.skip();
    }
    const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: process.platform === 'win32',
    });
    const [packed] = JSON.parse(said) as Packed[];
    ({ size } = packed);
    files = packed.files.map(file => file.path);
    ENTRIES.forEach(follow);
  });

  it('has everything that its entries reach', () => {
    assert.deepEqual(
      [...reached].filter(file => !files.includes(file)),
      [],
    );
  });

  it('has no room that they do not reach, and nothing of instructors, students and tests', () => {
    const room = (file: string): string => file.split('/').slice(0, -1).join('/');
    const rooms = new Set([...reached].map(room));
    const strange = files.filter(file => /^dist\/.*\.js$/.test(file) && !rooms.has(room(file)));
    assert.deepEqual(strange, []);
    assert.deepEqual(
      files.filter(
        file => !/^(dist\/|data\/results\/|README\.md$|LICENSE$|package\.json$)/.test(file) || file.endsWith('.map'),
      ),
      [],
    );
  });

  it('depends on what they import, and on no other package', () => {
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    // Asked for by path: fonts to draw with, headers to compile with.
    const byPath = ['dejavu-fonts-ttf', 'node-api-headers'];
    assert.deepEqual(
      Object.keys(dependencies).sort(),
      [...new Set([...packages, ...byPath])].filter(name => !FOR_CHECKOUTS.includes(name)).sort(),
    );
  });

  it(`is smaller than ${BYTES / 1e6} MB`, () => assert.ok(size < BYTES, `${size} bytes`));
});
