import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { readFileSync } from 'node:fs';

/** What a sandbox said of itself while it ran. */
export interface Held {
  readonly directory: string;
  /** As `net:[4026531840]`. */
  readonly namespaces: readonly string[];
}

/**
 * What is left of a sandbox on this machine: processes in its namespaces, mounts that hold them, its directory. Rules
 * live in its namespaces.
 */
export function tracesOf({ directory, namespaces }: Held): readonly string[] {
  const own = new Set(namespaces);
  const processes = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => ['net', 'mnt', 'pid'].map(kind => `/proc/${pid}/ns/${kind}`))
    .filter(link => own.has(linkTarget(link)));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(line => namespaces.some(namespace => line.includes(namespace)));
  return [...processes, ...mounts, ...(existsSync(directory) ? [directory] : [])];
}

function linkTarget(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ''; // The process has just ended, is a zombie, or is another user's.
  }
}
