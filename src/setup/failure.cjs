// @ts-check
/** What to say of a set-up step that failed. Plain JavaScript, since the npm packages are a step too. */
const fs = require('node:fs');
const path = require('node:path');

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|NewConnectionError|failed to (establish|resolve|fetch)|name resolution|dns error|error sending request|connection (refused|reset|broken)|max retries|timed out|no matching distribution/i;

/**
 * One sentence: what is missing, why, and that the same command continues.
 * @param {string} what what could not be installed
 * @param {string} output what the program said; its last line stands for other reasons
 * @param {string} folder where it was to be written
 */
function failure(what, output, folder) {
  const lines = output.trim().split('\n');
  const said = (lines.find(line => OFFLINE.test(line)) ?? lines.at(-1) ?? '').trim().replace(/\.$/, '') || 'see above';
  const [reason, first] = isFull(output)
    ? [`the disk is full (${freeMegabytes(folder)} MB are free at ${folder})`, 'free some space, then ']
    : OFFLINE.test(output)
      ? [`the package registry cannot be reached (${said})`, 'check the network, then ']
      : [said, ''];
  return `${what} could not be installed: ${reason}; ${first}run the same command again, which continues there.`;
}

/**
 * Whether a program failed for lack of space.
 * @param {string} output
 */
function isFull(output) {
  return /ENOSPC|EDQUOT|no space left|errno 28|os error 28|disk quota/i.test(output);
}

/**
 * Refuses a step for which the disk has no room, before it begins.
 * @param {string} what
 * @param {number} megabytes what it needs
 * @param {string} folder where it is to be written
 */
function requireSpace(what, megabytes, folder) {
  const free = freeMegabytes(folder);
  if (free < megabytes)
    throw new Error(
      `${what} need ${megabytes} MB, but ${free} MB are free at ${folder}; free some space, then run the same command again, ` +
        'which continues there.',
    );
}

/**
 * Megabytes that this user may still write at a folder, or above it where it is not there yet.
 * @param {string} folder
 * @returns {number}
 */
function freeMegabytes(folder) {
  if (!fs.existsSync(folder)) return freeMegabytes(path.dirname(folder));
  const { bavail, bsize } = fs.statfsSync(folder);
  return Math.floor((bavail * bsize) / 1e6);
}

module.exports = { failure, isFull, requireSpace };
