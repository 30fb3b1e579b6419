import type { ProcFiles } from '../../procfs/proc-files.ts';
import type { CpuBudget } from './cpu-budget.ts';
import type { Processes } from './processes.ts';

export interface SocketOwnersOptions {
  readonly proc: ProcFiles;
  readonly budget: CpuBudget;
  readonly processes: Processes;
}

/** Which pod holds a socket, in a network namespace that several pods share; by the file descriptors of their processes. */
export class SocketOwners {
  readonly #options: SocketOwnersOptions;
  /** UID of the pod by the socket's inode; undefined for a socket of the node. */
  #owners: ReadonlyMap<number, string | undefined> = new Map();

  constructor(options: SocketOwnersOptions) {
    this.#options = options;
  }

  podUid(inode: number): string | undefined {
    return this.#owners.get(inode);
  }

  /** Looks through the pods' processes for sockets that are not known yet, and forgets the others. */
  async find(inodes: readonly number[], { pids, signal }: Search): Promise<void> {
    const owners = new Map(inodes.map(inode => [inode, this.#owners.get(inode)]));
    const missing = new Set(inodes.filter(inode => !this.#owners.has(inode)));
    const { processes } = this.#options;
    for (const pid of pids) {
      const podUid = processes.podUid(pid);
      if (podUid === undefined) continue;
      if (missing.size === 0 || signal.aborted) break;
      for await (const inode of this.#heldBy(pid, { missing, signal })) {
        owners.set(inode, podUid);
        missing.delete(inode);
      }
    }
    this.#owners = owners;
  }

  /** Those of the missing sockets that a process holds. One that ended, or is not for us to read, holds none: they are the node's. */
  async *#heldBy(pid: number, { missing, signal }: Missing): AsyncGenerator<number> {
    const { proc, budget } = this.#options;
    for await (const inodes of proc.socketInodes(pid)) {
      yield* inodes.filter(inode => missing.has(inode));
      await budget.restIfOverBudget(signal);
      if (missing.size === 0 || signal.aborted) return;
    }
  }
}

export interface Search {
  /** Processes of the namespace. */
  readonly pids: readonly number[];
  readonly signal: AbortSignal;
}

interface Missing {
  readonly missing: ReadonlySet<number>;
  readonly signal: AbortSignal;
}
