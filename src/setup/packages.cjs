// @ts-check
/**
 * The npm packages of a checkout. Whether they are there is asked of the list that npm keeps of what it has installed, so
 * that a package which a student adds, a moved folder or a changed clock makes no new set-up. Plain JavaScript, since on a
 * fresh clone nothing is installed yet.
 */
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/**
 * @typedef {{ version?: string, resolved?: string, integrity?: string, link?: boolean, optional?: boolean }} Package
 * @typedef {{ platform: string, lock: string, places: string[] }} Stamp what the packages are for, and the lock file that
 * they were installed by: its hash and the places of its packages
 */

/** @param {string} root */
const stampOf = root => path.join(root, 'node_modules', '.cnn-kit-stamp');
/** @param {string} root */
const installedList = root => path.join(root, 'node_modules', '.package-lock.json');

/**
 * Whether everything that package-lock.json asks for is installed, for this platform.
 * @param {string} root
 */
function isInstalled(root) {
  const stamp = readStamp(root);
  if (stamp && stamp.platform !== PLATFORM) return false;
  if (stamp?.lock === lockHash(root)) return true;
  const wanted = packagesIn(path.join(root, 'package-lock.json'));
  const installed = packagesIn(installedList(root));
  const isThere = Object.entries(wanted).every(([place, { version, integrity, optional, link }]) => {
    if (place === '' || link) return true;
    // Of optional packages, npm takes those of this platform.
    const found = installed[place];
    return found ? found.version === version && found.integrity === integrity : Boolean(optional);
  });
  if (isThere) writeStamp(root);
  return isThere;
}

/**
 * The arguments for npm that install what is missing. What is installed already stays, and so does a package that somebody
 * has added, saved in package.json or not.
 * @param {string} root
 * @returns {string[]}
 */
function installArguments(root) {
  const installed = packagesIn(installedList(root));
  const stamp = readStamp(root);
  if (stamp?.platform !== PLATFORM || Object.keys(installed).length === 0) return ['ci'];
  const ours = new Set([...stamp.places, ...Object.keys(packagesIn(path.join(root, 'package-lock.json')))]);
  const added = Object.entries(installed).flatMap(([place, { version, resolved = '' }]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place)?.[1];
    return name && !ours.has(place) ? [`${name}@${resolved.startsWith('file:') ? resolved : version}`] : [];
  });
  return ['install', '--no-save', ...added];
}

/**
 * Before npm changes something: if it is killed, its packages may be there by halves, and are made anew.
 * @param {string} root
 */
function beginInstall(root) {
  for (const file of [stampOf(root), installedList(root)]) fs.rmSync(file, { force: true });
}

const PLATFORM = `${process.platform}-${process.arch}`;

/** @param {string} root */
function writeStamp(root) {
  const places = Object.keys(packagesIn(path.join(root, 'package-lock.json')));
  const stamp = { platform: PLATFORM, lock: lockHash(root), places };
  // Whole or not at all.
  fs.writeFileSync(`${stampOf(root)}.part`, JSON.stringify(stamp));
  fs.renameSync(`${stampOf(root)}.part`, stampOf(root));
}

/**
 * @param {string} root
 * @returns {Stamp | undefined}
 */
function readStamp(root) {
  try {
    return JSON.parse(fs.readFileSync(stampOf(root), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function lockHash(root) {
  return createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
}

/**
 * @param {string} file a lock file of npm's
 * @returns {Record<string, Package>}
 */
function packagesIn(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

module.exports = { beginInstall, installArguments, isInstalled, writeStamp };
