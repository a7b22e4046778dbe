/** Runs code on a backend of its own in a process of its own: a process loads one backend, and the child's output is seen. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

export interface Child<Message> {
  code: number | null;
  stdout: string;
  stderr: string;
  message: Message | undefined;
}

/** @param environment variables beside our own; those named undefined are taken away */
export async function runChild<Message>(
  file: string,
  environment: NodeJS.ProcessEnv = {},
  args: string[] = [],
): Promise<Child<Message>> {
  const child = fork(path.join(__dirname, file), args, {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined, ...environment },
    execArgv: ['--import=tsx'],
    silent: true,
  });
  let message: Message | undefined;
  child.on('message', (value: Message) => {
    message = value;
    child.disconnect();
  });
  // Not 'close', which does not come where the channel is closed from here.
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const [[code], stdout, stderr] = await Promise.all([exit, text(child.stdout!), text(child.stderr!)]);
  return { code, stdout, stderr, message };
}
