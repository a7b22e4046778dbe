// @ts-check
// Plain JavaScript, since set-up needs it before the npm packages are there.
const fs = require('node:fs');

/**
 * Whether a process is at work; one that has ended and waits to be asked for its status is not.
 * @param {number} pid
 */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  try {
    // Ended, but nobody has asked how: so it stays in a container without an init process.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

module.exports = { isRunning };
