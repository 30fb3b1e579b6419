import type { ControlGroup, ControlGroups } from '../../procfs/control-groups.ts';
import type { ProcFiles } from '../../procfs/proc-files.ts';
import type { CpuBudget } from './cpu-budget.ts';
import type { Processes } from './processes.ts';

/** Sockets of the node's network namespace, asked of the kernel (`SockDiag`). */
export interface HeldSockets {
  all(protocol: 'TCP' | 'UDP'): readonly { readonly inode: number; readonly controlGroup: number }[];
}

export interface SocketOwnersOptions {
  readonly groups: ControlGroups;
  readonly sockets: HeldSockets | undefined;
  readonly proc: ProcFiles;
  readonly budget: CpuBudget;
  readonly processes: Processes;
}

/**
 * Which pod holds a socket, in a network namespace that several pods share. In the node's own, the kernel says the
 * control group of each; else, and where control groups have version 1, by the file descriptors of the pods' processes.
 */
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
  async find(inodes: readonly number[], { pids, signal, isOwn }: Search): Promise<void> {
    const owners = new Map(inodes.map(inode => [inode, this.#owners.get(inode)]));
    const missing = new Set(inodes.filter(inode => !this.#owners.has(inode)));
    const { processes } = this.#options;
    if (isOwn && missing.size > 0) {
      for (const [inode, group] of await this.#askKernel(missing)) {
        owners.set(inode, group.kind === 'of-pod' ? group.uid : undefined);
        missing.delete(inode);
      }
    }
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

  /** The control groups of those sockets of which the kernel knows them. */
  async #askKernel(missing: ReadonlySet<number>): Promise<ReadonlyMap<number, ControlGroup>> {
    const { sockets, groups, budget } = this.#options;
    if (sockets === undefined) return new Map();
    const all = budget.step(() => [...sockets.all('TCP'), ...sockets.all('UDP')]);
    const wanted = all.filter(({ inode }) => missing.has(inode));
    await groups.lookFor(wanted.map(({ controlGroup }) => controlGroup));
    return new Map(
      wanted.flatMap(({ inode, controlGroup }) => {
        const group = groups.get(controlGroup);
        return group === undefined ? [] : [[inode, group] as const];
      }),
    );
  }

  /**
   * Those of the missing sockets that a process holds. One that ended, or is not for us to read, holds none: they are
   * the node's.
   */
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
  /** It is the network namespace of this process. */
  readonly isOwn: boolean;
}

interface Missing {
  readonly missing: ReadonlySet<number>;
  readonly signal: AbortSignal;
}
