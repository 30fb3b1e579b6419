import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The hierarchies that processes can be put into: one of version 1, or the only one of version 2; and that of version
 * 2.
 */
const hierarchy = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find(root => existsSync(join(root, 'cgroup.procs')));
export const unifiedHierarchy = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find(root =>
  existsSync(join(root, 'cgroup.controllers')),
);

/** A control group as the kubelet makes them (cgroupfs driver) for a container of the pod with this UID. */
export class PodControlGroup {
  readonly #directories: readonly string[];

  constructor(podUid: string, root = hierarchy) {
    if (root === undefined) throw new Error('no control groups are mounted under /sys/fs/cgroup');
    const parts = [`nm${process.pid}-kubepods`, 'burstable', `pod${podUid}`, 'c1'];
    this.#directories = parts.map((_, index) => join(root, ...parts.slice(0, index + 1)));
    mkdirSync(this.#directories.at(-1) ?? '', { recursive: true });
  }

  /** Put before a command, runs it inside; where `/sys` is mounted as it is here. */
  get command(): readonly string[] {
    return ['sh', '-c', `echo $$ > ${this.#directories.at(-1) ?? ''}/cgroup.procs; exec "$@"`, 'sh'];
  }

  /** Its processes must have ended. */
  dispose(): void {
    for (const directory of this.#directories.toReversed()) {
      try {
        rmdirSync(directory);
      } catch (error) {
        // Another pod's group is still below it, or took it away already.
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code !== 'EBUSY' && code !== 'ENOTEMPTY' && code !== 'ENOENT') throw error;
      }
    }
  }
}
