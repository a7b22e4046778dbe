/** System calls that Node does not have, by koffi. Where a machine is not Linux, or koffi is not there, nothing happens. */
import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/** Numbers of the calls, by machine. */
const NUMBERS = {
  x64: { dup: 32, prctl: 157, seccomp: 317, keyctl: 250, closeRange: 436 },
  arm64: { dup: 23, prctl: 167, seccomp: 277, keyctl: 219, closeRange: 436 },
};

const [PR_SET_NO_NEW_PRIVS, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC] = [38, 1, 1];
const KEYCTL_JOIN_SESSION_KEYRING = 1;
const CLOSE_RANGE_CLOEXEC = 4;

interface Linux {
  numbers: (typeof NUMBERS)['x64'];
  call(number: number, ...values: number[]): number;
  seccomp(filter: Buffer): number;
}

let known: Linux | undefined;

/** @param from a file or folder of the kit, below which koffi is found */
function linux(from: string): Linux | undefined {
  if (known || process.platform !== 'linux' || !Object.hasOwn(NUMBERS, process.arch)) return known;
  const koffi = createRequire(from)('koffi') as typeof Koffi;
  const library = koffi.load(null as unknown as string);
  koffi.struct('sock_fprog', { len: 'uint16', filter: 'void*' });
  const plain = library.func('long syscall(long, long, long, long, long, long)');
  const withProgram = library.func('long syscall(long, long, long, const sock_fprog*)');
  const numbers = NUMBERS[process.arch as 'x64'];
  const call: Linux['call'] = (number, a = 0, b = 0, c = 0, d = 0) => plain(number, a, b, c, d, 0) as number;
  const seccomp: Linux['seccomp'] = filter =>
    withProgram(numbers.seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, {
      len: filter.length / 8,
      filter,
    }) as number;
  return (known = { numbers, call, seccomp });
}

/**
 * Before a process starts others that are not trusted: none of the descriptors that it has inherited itself goes on to
 * them, nor its session's keyring, in which a login keeps passwords.
 */
export function sealForChildren(): void {
  try {
    const { numbers, call } = linux(__filename) ?? {};
    call?.(numbers!.closeRange, 3, 0xffffffff, CLOSE_RANGE_CLOEXEC);
    call?.(numbers!.keyctl, KEYCTL_JOIN_SESSION_KEYRING);
  } catch {
    // Without koffi the probes say what is open.
  }
}

/** A copy of a descriptor as programs in C have it, which go on to what they start: for a probe; undefined without koffi. */
export function inheritableCopy(descriptor: number): number | undefined {
  const { numbers, call } = linux(__filename) ?? {};
  return call?.(numbers!.dup, descriptor);
}

/**
 * Closes the system calls of `filter` to this process, all its threads and all that it starts, for good.
 * @param from a file of the kit, where this runs out of a bundle
 * @throws one sentence where the kernel refuses
 */
export function applyFilter(filter: Buffer, from: string): void {
  const own = linux(from);
  if (!own) return;
  own.call(own.numbers.prctl, PR_SET_NO_NEW_PRIVS, 1);
  if (own.seccomp(filter) !== 0) throw new Error('the kernel does not take the filter of system calls');
}
