/**
 * A class over many machines: jobs go through BullMQ on a Redis or Valkey, and any number of `npm run grade:worker`
 * take them. A job's id is the hash of all that decides its outcome, so that nothing is doubled; a job whose worker
 * went away is given to another one. Anyone who can write to that Redis can write grades: keep it inside your network.
 */
import { Queue, QueueEvents, Worker } from 'bullmq';
import IORedis from 'ioredis';
import type { Job, JobResult } from './worker';

const QUEUE = 'cnn-kit-grade';
/** How often a job is given out again after its worker went away: one that takes every worker with it ends. */
const MOST_STALLED = 3;

/** What is sent: the worker finds the test in its own checkout, and checks that it is the same. */
export type Sent = Omit<Job, 'testFile'> & {
  /** Only in a sandbox; a worker without one leaves it. */
  sandboxed: boolean;
};

function connect(url: string): IORedis {
  return new IORedis(url, { maxRetriesPerRequest: null });
}

/** Waits for the server, or says in one sentence that it is not there. */
export async function reachable(url: string): Promise<void> {
  const connection = new IORedis(url, { maxRetriesPerRequest: 1, lazyConnect: true, retryStrategy: () => null });
  connection.on('error', () => undefined);
  try {
    await connection.connect();
    await connection.ping();
  } catch (error) {
    throw new Error(`There is no Redis at ${url} (${(error as Error).message}); start one, or grade without --queue.`);
  } finally {
    connection.disconnect();
  }
}

/** Seconds without a worker after which that is said. */
const NOBODY_SECONDS = 10;

/**
 * Has the jobs done by whichever workers there are; resolves when the last result is in.
 * @param onNobody there is no worker, in one sentence; the jobs wait for one
 */
export async function runOverQueue(
  url: string,
  jobs: { key: string; job: Sent }[],
  onResult: (key: string, result: JobResult) => void,
  onNobody: (sentence: string) => void = () => undefined,
  nobodySeconds = NOBODY_SECONDS,
): Promise<void> {
  await reachable(url);
  const connections = [connect(url), connect(url)];
  const queue = new Queue<Sent, JobResult>(QUEUE, { connection: connections[0] });
  const events = new QueueEvents(QUEUE, { connection: connections[1] });
  const open = new Set(jobs.map(({ key }) => key));
  const lookForWorkers = async (): Promise<void> => {
    if (open.size && (await queue.getWorkersCount()) === 0)
      onNobody(`No worker is at ${url}; start one with npm run grade:worker -- --queue ${url}.`);
  };
  const watch = setTimeout(() => void lookForWorkers().catch(() => undefined), 1000 * nobodySeconds);
  try {
    await events.waitUntilReady();
    await new Promise<void>((resolve, reject) => {
      const finish = (id: string, result: JobResult): void => {
        const key = id.slice(1);
        // Of one that was given out twice, the first counts.
        if (!open.delete(key)) return;
        onResult(key, result);
        void queue.remove(id).catch(() => undefined);
        if (open.size === 0) resolve();
      };
      const look = async (id: string): Promise<void> => {
        const job = await queue.getJob(id);
        if (job?.finishedOn && job.failedReason) finish(id, { fault: job.failedReason });
        else if (job?.finishedOn) finish(id, job.returnvalue);
      };
      events.on('completed', ({ jobId }) => void look(jobId).catch(reject));
      events.on('failed', ({ jobId }) => void look(jobId).catch(reject));
      const give = async (): Promise<void> => {
        for (let i = 0; i < jobs.length; i += 500) {
          const some = jobs.slice(i, i + 500);
          await queue.addBulk(
            some.map(({ key, job }) => ({ name: job.exercise, data: job, opts: { jobId: `k${key}` } })),
          );
        }
        // Those that a run before this one gave out may have ended while nobody listened.
        for (const key of [...open]) await look(`k${key}`);
      };
      if (open.size === 0) resolve();
      else give().catch(reject);
    });
  } finally {
    clearTimeout(watch);
    await Promise.allSettled([queue.close(), events.close()]);
    connections.forEach(connection => connection.disconnect());
  }
}

export interface WorkerOptions {
  url: string;
  concurrency: number;
  /** Seconds after which a worker that gives no sign of life has lost its job. */
  lockSeconds?: number;
  examine(job: Sent): Promise<JobResult>;
}

/** Takes jobs until it is closed. */
export async function serveQueue(options: WorkerOptions): Promise<{ close(): Promise<void> }> {
  const { url, concurrency, lockSeconds = 30, examine } = options;
  await reachable(url);
  const connection = connect(url);
  const worker = new Worker<Sent, JobResult>(QUEUE, job => examine(job.data), {
    ...{ connection, concurrency, lockDuration: 1000 * lockSeconds, stalledInterval: 1000 * lockSeconds },
    ...{ maxStalledCount: MOST_STALLED, removeOnComplete: { age: 7 * 24 * 3600 }, removeOnFail: { age: 24 * 3600 } },
  });
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
  return {
    async close() {
      await worker.close();
      connection.disconnect();
    },
  };
}
