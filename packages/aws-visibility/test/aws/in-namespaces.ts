import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'] as const;

/** Why programs cannot have namespaces of their own here; undefined when they can. */
export function missingForNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return 'root is needed for network namespaces';
  for (const program of ['unshare', 'nsenter', 'ip', 'nft'])
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    } catch {
      return `${program} is not installed (scripts/debian-packages.txt)`;
    }
  return undefined;
}

/**
 * Runs a program of this folder with a network, mounts and processes of its own, which all end with it. Answers what it
 * writes, which is JSON.
 */
export async function runInNamespaces(program: string, input: object): Promise<unknown> {
  const [command, ...args] = [...unshare, process.execPath, join(import.meta.dirname, program)];
  const { stdout } = await run(command, [...args, JSON.stringify(input)], { timeout: 170_000, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}
