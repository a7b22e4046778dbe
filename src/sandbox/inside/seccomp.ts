/**
 * The system calls that no submission needs, as a filter of the kernel's (seccomp, classic BPF): they fail with EPERM.
 * Namespaces hide what is there; this closes the doors of the kernel that lead past them, and past the bounds of memory.
 */

/** By machine: number of the audit architecture, and whether numbers from 2^30 are another calling convention (x32). */
const MACHINES = { x64: { audit: 0xc000003e, hasX32: true }, arm64: { audit: 0xc00000b7, hasX32: false } } as const;
type Machine = keyof typeof MACHINES;

/** Numbers of the calls on x64 and on arm64; undefined where a machine has it not. */
export const DENIED: Record<string, [x64: number, arm64: number | undefined]> = {
  // Keys of the kernel: passwords of file systems and of Kerberos.
  ...{ add_key: [248, 217], request_key: [249, 218], keyctl: [250, 219] },
  // Work of the kernel's on behalf of a process, past filters like this one.
  ...{ io_uring_setup: [425, 425], io_uring_enter: [426, 426], io_uring_register: [427, 427], bpf: [321, 280] },
  // Other processes and their memory.
  ...{ ptrace: [101, 117], process_vm_readv: [310, 270], process_vm_writev: [311, 271], kcmp: [312, 272] },
  ...{ pidfd_getfd: [438, 438], process_madvise: [440, 440], perf_event_open: [298, 241] },
  // Page faults in user space, with which races in the kernel are won.
  userfaultfd: [323, 282],
  // Memory that no limit of a process counts.
  ...{ memfd_create: [319, 279], memfd_secret: [447, 447], shmget: [29, 194], shmat: [30, 196], shmctl: [31, 195] },
  ...{ msgget: [68, 186], semget: [64, 190], mq_open: [240, 180] },
  // File systems and namespaces.
  ...{ mount: [165, 40], umount2: [166, 39], pivot_root: [155, 41], chroot: [161, 51], unshare: [272, 97] },
  ...{ setns: [308, 268], open_tree: [428, 428], move_mount: [429, 429], fsopen: [430, 430], fsconfig: [431, 431] },
  ...{ fsmount: [432, 432], fspick: [433, 433], mount_setattr: [442, 442], quotactl: [179, 60] },
  ...{ name_to_handle_at: [303, 264], open_by_handle_at: [304, 265], fanotify_init: [300, 262] },
  // The machine itself.
  ...{ init_module: [175, 105], finit_module: [313, 273], delete_module: [176, 106], kexec_load: [246, 104] },
  ...{ kexec_file_load: [320, 294], reboot: [169, 142], swapon: [167, 224], swapoff: [168, 225], acct: [163, 89] },
  ...{ settimeofday: [164, 170], clock_settime: [227, 112], clock_adjtime: [305, 266], adjtimex: [159, 171] },
  ...{ sethostname: [170, 161], setdomainname: [171, 162], syslog: [103, 116], vhangup: [153, 58] },
  ...{ iopl: [172, undefined], ioperm: [173, undefined], modify_ldt: [154, undefined], personality: [135, 92] },
};
const SOCKET = { x64: 41, arm64: 198 };
const SOCKETPAIR = { x64: 53, arm64: 199 };
const CLONE = { x64: 56, arm64: 220 };
const CLONE3 = 435;
/** Unix, IPv4, IPv6 and netlink; not vsock, which leads to the host of a virtual machine, nor the kernel's own others. */
const FAMILIES = [1, 2, 10, 16];
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const NEW_NAMESPACES = 0x7e020000;

const [EPERM, ENOSYS] = [1, 38];
const ALLOW = 0x7fff0000;
const fail = (error: number): number => 0x00050000 | error;

/** One instruction: code, jumps if true and if false, constant (linux/filter.h). */
type Instruction = [code: number, ifTrue: number, ifFalse: number, constant: number];
const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const jumpIfEqual = (constant: number, ifTrue: number, ifFalse = 0): Instruction => [0x15, ifTrue, ifFalse, constant];
const jumpIfAtLeast = (constant: number, ifTrue: number, ifFalse: number): Instruction => [
  0x35,
  ifTrue,
  ifFalse,
  constant,
];
const jumpIfAny = (bits: number, ifTrue: number, ifFalse: number): Instruction => [0x45, ifTrue, ifFalse, bits];
const give = (value: number): Instruction => [0x06, 0, 0, value];

/** Offsets in struct seccomp_data. */
const [NUMBER, ARCHITECTURE, FIRST_ARGUMENT] = [0, 4, 16];

/** The filter as the kernel reads it, eight bytes an instruction; undefined for a machine that it is not written for. */
export function seccompFilter(machine = process.arch): Buffer | undefined {
  if (!Object.hasOwn(MACHINES, machine)) return undefined;
  const arch = machine as Machine;
  const { audit, hasX32 } = MACHINES[arch];
  const numbers = Object.values(DENIED).map(([x64, arm64]) => (arch === 'x64' ? x64 : arm64));
  const deny = (number: number, error = EPERM): Instruction[] => [jumpIfEqual(number, 0, 1), give(fail(error))];
  const socket = (number: number): Instruction[] => [
    ...[jumpIfEqual(number, 0, FAMILIES.length + 3), load(FIRST_ARGUMENT)],
    ...FAMILIES.map((family, i) => jumpIfEqual(family, FAMILIES.length - i)),
    ...[give(fail(EPERM)), give(ALLOW)],
  ];
  return assemble([
    // The calls of 32 bits have other numbers: none of them.
    ...[load(ARCHITECTURE), jumpIfEqual(audit, 1), give(fail(EPERM)), load(NUMBER)],
    ...(hasX32 ? [jumpIfAtLeast(0x40000000, 0, 1), give(fail(EPERM))] : []),
    ...numbers.flatMap(number => (number === undefined ? [] : deny(number))),
    // A pointer cannot be looked into; libraries fall back to clone.
    ...deny(CLONE3, ENOSYS),
    ...[jumpIfEqual(CLONE[arch], 0, 4), load(FIRST_ARGUMENT), jumpIfAny(NEW_NAMESPACES, 0, 1)],
    ...[give(fail(EPERM)), give(ALLOW)],
    ...[...socket(SOCKET[arch]), ...socket(SOCKETPAIR[arch])],
    give(ALLOW),
  ]);
}

function assemble(program: Instruction[]): Buffer {
  const bytes = Buffer.alloc(8 * program.length);
  program.forEach(([code, ifTrue, ifFalse, constant], i) => {
    bytes.writeUInt16LE(code, 8 * i);
    bytes.writeUInt8(ifTrue, 8 * i + 2);
    bytes.writeUInt8(ifFalse, 8 * i + 3);
    bytes.writeUInt32LE(constant >>> 0, 8 * i + 4);
  });
  return bytes;
}
