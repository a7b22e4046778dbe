// @ts-check
/**
 * One set-up at a time in a checkout. Plain JavaScript, since the npm packages are installed under this lock too.
 *
 * The lock is a file with the numbers of the processes at work: the set-up, and the programs it started, which go on for a
 * while if the set-up alone is killed.
 */
const fs = require('node:fs');
const path = require('node:path');
const { isRunning } = require('../node/running.cjs');

/** The lock that this process holds. @type {string | undefined} */
let held;

/**
 * Runs `work` while no other process of this checkout is setting up; waits for the other one to end.
 * @template T
 * @param {() => Promise<T>} work
 * @param {string} file
 * @returns {Promise<T>}
 */
async function alone(work, file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; !take(file);) {
    const others = owners(file).filter(isRunning).join(', ');
    if (others && !told) {
      console.log(`Another set-up is at work here; waiting for process ${others}, or until ${file} is deleted.`);
      told = true;
    }
    await new Promise(resolve => setTimeout(resolve, 300));
  }
  held = file;
  try {
    return await work();
  } finally {
    held = undefined;
    fs.rmSync(file, { force: true });
  }
}

/**
 * Has others wait for this program too, should we be killed before it ends.
 * @param {number | undefined} pid
 */
function joins(pid) {
  if (held && pid) fs.appendFileSync(held, ` ${pid}`);
}

/**
 * Makes the lock file with our number in it, whole or not at all.
 * @param {string} file
 */
function take(file) {
  const own = `${file}.${process.pid}`;
  fs.writeFileSync(own, String(process.pid));
  try {
    fs.linkSync(own, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    if (!owners(file).some(isRunning)) clear(file);
    return false;
  } finally {
    fs.rmSync(own, { force: true });
  }
}

/**
 * Takes a lock away whose processes are gone; one that another process made in the meantime is put back.
 * @param {string} file
 */
function clear(file) {
  const taken = `${file}.old-${process.pid}`;
  try {
    fs.renameSync(file, taken);
    if (owners(taken).some(isRunning)) fs.linkSync(taken, file);
  } catch {
    // Somebody was faster.
  }
  fs.rmSync(taken, { force: true });
}

/**
 * @param {string} file
 * @returns {number[]}
 */
function owners(file) {
  try {
    return fs.readFileSync(file, 'utf8').split(' ').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

module.exports = { alone, joins };
