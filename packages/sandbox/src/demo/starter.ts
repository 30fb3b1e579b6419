import { readFileSync } from 'node:fs';

interface Ancestor {
  readonly pid: number;
  readonly parent: number;
}

function parentOf(pid: number): number | undefined {
  try {
    // proc_pid_stat(5): the command, field 2, stands in parentheses and may hold anything; state and parent follow.
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // The process is gone.
  }
}

function isNpm(pid: number): boolean {
  try {
    return /^npm |[/\0]npm(-cli\.js)?\0/.test(readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8'));
  } catch {
    return false; // The process is gone, or another user's.
  }
}

/**
 * This process and those that npm started it by, up to the one whose parent is npm; none where npm did not start it.
 */
function ancestorsUpToNpm(): readonly Ancestor[] {
  if (process.env.npm_lifecycle_event === undefined) return [];
  const ancestors: Ancestor[] = [];
  for (let pid = process.pid; pid > 1;) {
    const parent = parentOf(pid);
    if (parent === undefined) return [];
    ancestors.push({ pid, parent });
    if (isNpm(parent)) return ancestors;
    pid = parent;
  }
  return [];
}

/**
 * Calls back when npm, or a shell between npm and this process, has gone without a signal to this process: killed by a
 * signal that cannot be caught. Its child then has another parent.
 */
export function whenStarterDies(callback: () => void): void {
  const ancestors = ancestorsUpToNpm();
  const timer = setInterval(() => {
    if (ancestors.every(({ pid, parent }) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
}
