/** Runs code on a backend of its own in a process of its own: a process loads one backend, and the child's output is seen. */
import { fork } from 'node:child_process';
import path from 'node:path';

export interface Child<Message> {
  code: number | null;
  stdout: string;
  stderr: string;
  message: Message | undefined;
}

/** @param environment variables beside our own; those named undefined are taken away */
export function runChild<Message>(
  file: string,
  environment: NodeJS.ProcessEnv = {},
  args: string[] = [],
): Promise<Child<Message>> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(__dirname, file), args, {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined, ...environment },
      execArgv: ['--import=tsx'],
      silent: true,
    });
    let [stdout, stderr] = ['', ''];
    let message: Message | undefined;
    child.stdout!.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr!.on('data', (text: Buffer) => (stderr += text.toString()));
    child.on('message', (value: Message) => {
      message = value;
      child.disconnect();
    });
    child.on('error', reject);
    child.on('close', code => resolve({ code, stdout, stderr, message }));
  });
}
