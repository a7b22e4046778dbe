/**
 * TensorFlow.js's own declarations have errors in strict TypeScript, so that whoever imports them has to set `skipLibCheck`.
 * In dist lie copies of the packages with errors, marked as not to be checked, and ours import those. A copy has the name and
 * version of its package: to TypeScript both are the same types, also for programs that import tfjs themselves. So it is
 * below a folder node_modules alone; a checkout has a file of the copy's name, which comes first, and is not packed.
 */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../node/root';
import { filesBelow } from './steps';

/** What of tfjs our own declarations import. */
const IMPORTED = ['@tensorflow/tfjs', '@tensorflow/tfjs-node-gpu/dist/tfjs_binding'];

/** The packages with errors, and those that import them. */
const PACKAGE = /^(@tensorflow\/(tfjs(?:-layers|-node-gpu)?))(?:\/(.+))?$/;

/** tfjs names things of the browser. */
const DOM = '/// <reference lib="dom" />\n';

/** `from 'x'`, `import 'x'` and `import('x')`. */
const SPECIFIER = /\b((?:from|import)\s*\(?\s*)(['"])([^'"\n]+)\2/g;

export function declareWithoutErrors(dist: string): void {
  const types = path.join(dist, 'types');
  const done = new Set<string>();

  const redirected = (file: string, text: string): string =>
    text.replace(SPECIFIER, (whole, before: string, quote: string, imported: string) => {
      const [, , folder, inside] = PACKAGE.exec(imported) ?? [];
      if (!folder) return whole;
      const to = path
        .relative(path.dirname(file), path.join(types, folder, inside ?? ''))
        .split(path.sep)
        .join('/');
      return `${before}${quote}${to.startsWith('.') ? to : `./${to}`}${quote}`;
    });

  const copy = (imported: string): void => {
    const [, name, folder, inside] = PACKAGE.exec(imported)!;
    const source = path.join(ROOT, 'node_modules', name);
    const { version, types: main } = JSON.parse(fs.readFileSync(path.join(source, 'package.json'), 'utf8')) as {
      version: string;
      types: string;
    };
    const from = inside
      ? [`${inside}.d.ts`, `${inside}/index.d.ts`].find(name => fs.existsSync(path.join(source, name)))!
      : main;
    const to = path.join(types, folder, from);
    if (done.has(to)) return;
    done.add(to);
    const text = fs.readFileSync(path.join(source, from), 'utf8');
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.writeFileSync(to, `// @ts-nocheck\n${from === main ? DOM : ''}${redirected(to, text)}`);
    fs.writeFileSync(path.join(types, folder, 'package.json'), JSON.stringify({ name, version, types: main }));
    for (const [, , , next] of text.matchAll(SPECIFIER))
      if (next.startsWith('.')) copy(`${name}/${path.posix.join(path.posix.dirname(from), next)}`);
      else if (PACKAGE.test(next)) copy(next);
  };

  IMPORTED.forEach(copy);
  fs.writeFileSync(path.join(types, 'tfjs.d.ts'), "export * from '@tensorflow/tfjs';\n");
  for (const name of filesBelow(dist).filter(name => name.endsWith('.d.ts') && !name.startsWith('types/'))) {
    const file = path.join(dist, name);
    const text = fs.readFileSync(file, 'utf8');
    const ours = redirected(file, text);
    if (ours !== text) fs.writeFileSync(file, ours);
  }
}
