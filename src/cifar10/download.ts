/** Downloads one file over HTTP, and continues where a cut connection or an ended run stopped. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { call } from '../node/root';
import { type Output, ProgressLine } from './progressLine';

export interface DownloadOptions {
  /** Where progress is told; process.stdout if not given. */
  output?: Output;
  /** How often in a row the server is asked without a byte gained; 5 if not given. */
  attempts?: number;
  /** Milliseconds before the second attempt, twice that before the third, and so on; 1000 if not given. */
  retryDelay?: number;
  /** Milliseconds without a byte after which a connection counts as cut; 30,000 if not given. */
  stallTimeout?: number;
}

/** What is known of a part file: kept beside it, so that a later run continues the same file only. */
interface Origin {
  url: string;
  /** The ETag, or the date of the last change, for If-Range. */
  version?: string;
}

/** An answer that asking again will not change. */
class Refusal extends Error {}

/**
 * Downloads `url` to `file`, which appears only once it is whole and has this MD5 sum. Until then the bytes are in
 * `file`.part, and what is known of their origin in `file`.part.json.
 *
 * @throws if the server refuses, stays away, or sends a file of another sum (which is then deleted)
 */
export async function download(url: string, file: string, md5: string, options: DownloadOptions = {}): Promise<void> {
  const { output = process.stdout, attempts = 5, retryDelay = 1000 } = options;
  const part = `${file}.part`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const progress = new ProgressLine(path.basename(file), output, sizeOf(part));
  try {
    for (let failures = 0; ;) {
      const before = sizeOf(part);
      try {
        await attempt(url, part, progress, options);
        break;
      } catch (error) {
        if (error instanceof Refusal) throw error;
        failures = sizeOf(part) > before ? 1 : failures + 1;
        if (failures >= attempts) {
          const reason = reasonOf(error);
          throw new Error(`${url} could not be downloaded (${reason}); run the same command again to go on.`);
        }
        await new Promise(resolve => setTimeout(resolve, retryDelay * 2 ** (failures - 1)));
      }
    }
  } finally {
    progress.end();
  }
  const found = await md5Of(part);
  if (found !== md5) {
    forget(part);
    throw new Error(
      `${url} sent a file with the MD5 sum ${found}; expected ${md5}. It was deleted; run the same command again.`,
    );
  }
  fs.renameSync(part, file);
  forget(part);
}

/** One request: appends to the part file what the server sends. */
async function attempt(
  url: string,
  part: string,
  progress: ProgressLine,
  { stallTimeout = 30_000 }: DownloadOptions,
): Promise<void> {
  const origin = readOrigin(part);
  // Without a version, nobody knows whether the rest belongs to what is here.
  let start = origin?.url === url && origin.version ? sizeOf(part) : 0;
  const aborter = new AbortController();
  let timer = setTimeout(() => aborter.abort(), stallTimeout);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (start) Object.assign(headers, { range: `bytes=${start}-`, 'if-range': origin!.version });
    const response = await fetch(url, { headers, signal: aborter.signal });
    if (response.status === 416) {
      // The part is whole already, or longer than the server's file: either way the next request starts at 0.
      await response.body?.cancel();
      const whole = /^bytes \*\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
      if (start && whole === String(start)) return;
      forget(part);
      throw new Error('the server has no such range');
    }
    if (response.status !== 200 && response.status !== 206) {
      await response.body?.cancel();
      const message = `${url} answered with status ${response.status}`;
      if (response.status >= 500 || response.status === 408 || response.status === 429) throw new Error(message);
      throw new Refusal(`${message}; expected the address of the archive, see \`${call('data', 'cifar10 --from')}\`.`);
    }
    const total = totalOf(response, start);
    if (response.status === 200) start = 0;
    if (!start) {
      fs.rmSync(part, { force: true });
      fs.writeFileSync(`${part}.json`, JSON.stringify({ url, version: versionOf(response) } satisfies Origin));
    }
    const file = await fs.promises.open(part, start ? 'r+' : 'w');
    try {
      let done = start;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        await file.write(chunk, 0, chunk.length, done);
        done += chunk.length;
        progress.update(done, total);
        timer = setTimeout(() => aborter.abort(), stallTimeout);
      }
      if (total !== undefined && done !== total) throw new Error(`${done} of ${total} bytes came`);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (aborter.signal.aborted) throw new Error(`nothing came for ${stallTimeout / 1000} s`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Length of the whole file; undefined where the server does not tell. */
function totalOf(response: Response, start: number): number | undefined {
  if (response.status === 206) {
    const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (!range || Number(range[1]) !== start) throw new Refusal('The server sent another range than it was asked for.');
    return range[3] === '*' ? undefined : Number(range[3]);
  }
  const length = response.headers.get('content-length');
  return length === null ? undefined : Number(length);
}

/** RFC 9110, section 13.1.5: If-Range takes no weak ETag. */
function versionOf({ headers }: Response): string | undefined {
  const tag = headers.get('etag');
  return (tag && !tag.startsWith('W/') ? tag : headers.get('last-modified')) ?? undefined;
}

function readOrigin(part: string): Origin | undefined {
  try {
    return JSON.parse(fs.readFileSync(`${part}.json`, 'utf8')) as Origin;
  } catch {
    return undefined;
  }
}

function forget(part: string): void {
  fs.rmSync(part, { force: true });
  fs.rmSync(`${part}.json`, { force: true });
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** fetch says 'fetch failed' or 'terminated', and the reason only in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: Error };
  return cause?.message || message;
}

/** MD5 sum of a file, in hexadecimal digits. */
export async function md5Of(file: string): Promise<string> {
  const sum = createHash('md5');
  for await (const chunk of fs.createReadStream(file)) sum.update(chunk as Buffer);
  return sum.digest('hex');
}
