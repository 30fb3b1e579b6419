import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ProcessEvents {
  readonly onLine: (text: string) => void;
  readonly onExit: (code: number | null) => void;
}

export interface Start {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a process whose lines, of both its outputs, and whose end are reported; throws when there is no such program.
 */
export async function startProcess({ command, env }: Start, { onLine, onExit }: ProcessEvents): Promise<ChildProcess> {
  const [program = '', ...args] = command;
  // Nothing but what is given and where programs are found: a HOSTNAME of this machine would be taken for a pod's.
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', onLine);
  child.once('close', onExit);
  return child;
}

/**
 * Makes a pod's network namespace (and host name), held by a process that does nothing, as the pause container does;
 * resolves when it exists. The pod's processes enter it by this one's id.
 */
export async function holdPod(podName: string): Promise<ChildProcess> {
  const holder = spawn(
    'unshare',
    ['--net', '--uts', 'sh', '-c', `echo "$HOSTNAME" > /proc/sys/kernel/hostname; echo; exec sleep infinity`],
    {
      env: { PATH: process.env.PATH, HOSTNAME: podName },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let complaint = '';
  holder.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('close', () => reject(new Error(`no network namespace for pod ${podName}: ${complaint.trim()}`)));
  });
  return holder;
}
