/** package.json and its lock file with the scripts and packages of the student edition only. */
import { SCRIPTS, WITHHELD_PACKAGES } from './manifest';

export interface Dependent {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}
interface Lock {
  packages: Record<string, Dependent>;
}

/** The packages of a lock file that its root still needs, each found as Node finds it. */
function reached(packages: Lock['packages']): Lock['packages'] {
  const found = new Set(['']);
  for (const from of found) {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = packages[from];
    const all = { ...dependencies, ...(from ? {} : devDependencies), ...optionalDependencies, ...peerDependencies };
    for (const name of Object.keys(all)) {
      const folders = from
        .split('/node_modules/')
        .map((_, i, parts) => parts.slice(0, parts.length - i).join('/node_modules/'));
      const places = [...folders, ''].map(folder =>
        folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`,
      );
      const place = places.find(place => packages[place]);
      if (place) found.add(place);
    }
  }
  return Object.fromEntries(Object.entries(packages).filter(([place]) => found.has(place)));
}

/** The student edition's package.json. */
export function studentPackage(text: string): string {
  const kit = JSON.parse(text) as Dependent & { scripts: Record<string, string> };
  kit.scripts = Object.fromEntries(Object.entries(kit.scripts).filter(([name]) => SCRIPTS.includes(name)));
  for (const name of WITHHELD_PACKAGES) {
    delete kit.dependencies?.[name];
    delete kit.devDependencies?.[name];
  }
  return JSON.stringify(kit, null, 2) + '\n';
}

/** The lock file that belongs to the student edition's `kit`, a package.json. */
export function studentLock(text: string, kit: string): string {
  const lock = JSON.parse(text) as Lock;
  const { dependencies, devDependencies } = JSON.parse(kit) as Dependent;
  Object.assign(lock.packages[''], { dependencies, devDependencies });
  return JSON.stringify({ ...lock, packages: reached(lock.packages) }, null, 2) + '\n';
}
