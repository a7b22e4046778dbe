/** What a student is told of a failed test beside its message: the own line that threw, and what the function was given. */
import fs from 'node:fs';
import path from 'node:path';
import { kernelHost } from '../../display/figures/host';
import type { Call } from '../../harness/functions';
import type { TestResult } from '../../harness/run';
import { callText } from './callText';
import { ROOT } from '../../node/root';

/** What is known of a failure, and of the call before it. */
export function detailsOf(error: unknown, last: Call | undefined): Pick<TestResult, 'line' | 'call'> {
  const line = ownLine(error);
  return { ...(line && { line }), ...(last && { call: callText(last) }) };
}

/**
 * The line of the student's own code in which an error arose, as `exercises/02-lrn.ts:7: return x.such();`; undefined
 * where it arose in the test.
 */
function ownLine(error: unknown): string | undefined {
  const host = kernelHost();
  if (host) return host.ownLine(error);
  for (const frame of String((error as Error | undefined)?.stack).split('\n')) {
    const [, name, line] = /^\s+at (?!async ).*\bexercises[/\\]([\w-]+\.ts):(\d+):\d+\)?$/.exec(frame) ?? [];
    const file = name && path.join(ROOT, 'exercises', name);
    if (!file || !fs.existsSync(file)) continue;
    const text = fs.readFileSync(file, 'utf8').split('\n')[Number(line) - 1];
    return `exercises/${name}:${line}: ${(text ?? '').trim()}`;
  }
  return undefined;
}
