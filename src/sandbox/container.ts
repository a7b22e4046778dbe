/** Submissions in containers of docker or podman. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { ROOT } from '../node/root';
import type { Limits } from './limits';
import { environment, INSIDE, nodeArguments, parts, type SandboxProcess, type StartOptions } from './startup';

/** Why docker or podman cannot be used here, or undefined if it can. */
export function containerFailure(engine: 'docker' | 'podman'): string | undefined {
  const { status, error, stderr } = spawnSync(engine, ['info'], { encoding: 'utf8', timeout: 20_000 });
  if (error) return `${engine} is not installed`;
  return status === 0 ? undefined : `${engine}: ${stderr.trim().split('\n').pop() || `status ${status}`}`;
}

/** The arguments for docker or podman that run a process in a container named `name`. */
export function containerArguments(name: string, limits: Limits, options: StartOptions = {}): string[] {
  const { image = `node:${process.versions.node}-slim` } = options;
  const kit = parts(options).flatMap(part => ['--volume', `${path.join(ROOT, part)}:${INSIDE}/${part}:ro`]);
  return [
    ...['run', '--rm', '--interactive', '--init', '--name', name, '--network', 'none', '--read-only'],
    ...['--user', '65534:65534', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--ipc', 'private'],
    ...['--memory', `${2 * limits.memory}m`, '--memory-swap', `${2 * limits.memory}m`],
    ...['--pids-limit', String(limits.processes), '--cpus', '1', '--ulimit', `cpu=${limits.cpu}`],
    ...['--ulimit', `fsize=${limits.disk << 20}`, '--ulimit', 'core=0', '--ulimit', 'nofile=1024'],
    ...['--tmpfs', `/tmp:rw,nosuid,nodev,size=${limits.disk}m`, '--shm-size', '1m', '--log-driver', 'none'],
    ...Object.entries(environment(options)).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...[...kit, '--workdir', '/tmp', '--entrypoint', 'node', image],
    // A snapshot is of one build of Node; the image's may be another.
    ...nodeArguments(INSIDE, limits, 'stdio').filter(word => !/^--snapshot-blob$|\.blob$/.test(word)),
  ];
}

export function startContainer(
  engine: 'docker' | 'podman',
  slot: number,
  limits: Limits,
  options: StartOptions,
): SandboxProcess {
  const name = `cnn-kit-${process.pid}-${slot}-${randomBytes(4).toString('hex')}`;
  const child = spawn(engine, containerArguments(name, limits, options), { stdio: ['pipe', 'pipe', 'pipe'] });
  return {
    ...{ child, input: child.stdin, output: child.stdout, prints: [child.stderr], bounded: true },
    // To end the client does not end the container.
    kill() {
      spawn(engine, ['kill', name], { stdio: 'ignore', detached: true })
        .on('error', () => undefined)
        .unref();
      child.kill('SIGKILL');
    },
  };
}
