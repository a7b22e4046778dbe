/** What one submission may use. */
export interface Limits {
  /** Memory of one process, in MiB; of all processes of the submission together, twice this. */
  memory: number;
  /** Processor seconds of one process. */
  cpu: number;
  /** Size of /tmp and of the largest file, in MiB; /dev/shm has 1. */
  disk: number;
  /** Processes and threads. */
  processes: number;
}

export const LIMITS: Limits = { memory: 1024, cpu: 60, disk: 16, processes: 64 };
