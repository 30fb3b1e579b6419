import { monotonicTime } from '@network-mapper/runtime';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { podUidOf } from './pod-uid.ts';

/** What a control group is. */
export type ControlGroup = { readonly kind: 'of-pod'; readonly uid: string } | { readonly kind: 'of-node' };

/** Groups that are remembered at most, and looked at: a node has some hundreds, a pod some. */
const mostGroups = 50_000;
/** Milliseconds between two looks for groups that are not known. */
const lookAgain = 1_000;

/**
 * Control groups by the inodes of their directories, in the unified hierarchy
 * (Documentation/admin-guide/cgroup-v2.rst).
 * Nothing is known of its root: where control groups have version 1, all processes are there.
 */
export class ControlGroups {
  readonly #hostProc: string;
  #groups: ReadonlyMap<number, ControlGroup> = new Map();
  #lookedAt = -Infinity;
  #looking: Promise<void> | undefined;

  /** @param hostProc The node's `/proc`: through its first processes the node's file system is seen. */
  constructor(hostProc: string) {
    this.#hostProc = hostProc;
  }

  get(id: number): ControlGroup | undefined {
    return this.#groups.get(id);
  }

  /** Looks for a group that is not known, if there is one among these; a second after the last look at the earliest. */
  async lookFor(ids: Iterable<number>): Promise<void> {
    if (this.#looking === undefined && monotonicTime() - this.#lookedAt >= lookAgain)
      for (const id of ids) {
        if (this.#groups.has(id)) continue;
        this.#looking = this.#look();
        break;
      }
    await this.#looking;
  }

  async #look(): Promise<void> {
    const groups = new Map<number, ControlGroup>();
    const mount = this.#findMount();
    const waiting = mount === undefined ? [] : await childrenOf(mount);
    while (groups.size < mostGroups) {
      const path = waiting.pop();
      if (path === undefined || mount === undefined) break;
      const uid = podUidOf(path.slice(mount.length));
      const inode = await inodeOf(path);
      if (inode !== undefined) groups.set(inode, uid === undefined ? { kind: 'of-node' } : { kind: 'of-pod', uid });
      waiting.push(...(await childrenOf(path)));
    }
    this.#groups = groups;
    this.#lookedAt = monotonicTime();
    this.#looking = undefined;
  }

  /**
   * Where the hierarchy is mounted, also beside others; through the kernel's first thread where `init` lets nobody
   * look.
   */
  #findMount(): string | undefined {
    return ['1', '2', 'self']
      .map(pid => join(this.#hostProc, pid, 'root/sys/fs/cgroup'))
      .flatMap(path => [path, join(path, 'unified')])
      .find(path => existsSync(join(path, 'cgroup.controllers')));
  }
}

/** None where the group has ended meanwhile, or is not for us to read. */
async function childrenOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => join(path, name));
}

async function inodeOf(path: string): Promise<number | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.ino;
}
