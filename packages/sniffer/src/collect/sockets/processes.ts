import { TimeSlice } from '@network-mapper/runtime';
import type { ProcFiles } from '../../procfs/proc-files.ts';
import type { SkipReason } from '../../skip-reason.ts';
import type { ReasonCounts } from '@network-mapper/model';
import type { CpuBudget } from './cpu-budget.ts';

export interface ProcessesOptions {
  readonly proc: ProcFiles;
  readonly budget: CpuBudget;
  readonly skipped: ReasonCounts<SkipReason>;
}

interface Process {
  readonly namespace: string;
  readonly pod: Membership;
}

/**
 * A container's first process joins the pod's control group a moment after it began, so one of no pod is asked twice.
 */
type Membership = { readonly kind: 'of-pod'; readonly uid: string } | { readonly kind: 'of-no-pod' | 'of-no-pod-yet' };

/** Processes that are looked at in one turn of the event loop: about a millisecond. */
const processesPerTurn = 128;

/** The processes of the node, by network namespace, and the pods that they are of. */
export class Processes {
  readonly #options: ProcessesOptions;
  #processes = new Map<number, Process>();

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  /**
   * Looks at the processes that run now, and forgets those that ended. Throws when there is no `/proc` where it should
   * be.
   */
  async byNamespace(): Promise<ReadonlyMap<string, readonly number[]>> {
    const { proc, budget } = this.#options;
    const pids = proc.processes();
    const processes = new Map<number, Process>();
    const slice = new TimeSlice();
    for (let at = 0; at < pids.length; at += processesPerTurn) {
      const some = pids.slice(at, at + processesPerTurn);
      const found = budget.step(() => some.map(pid => ({ pid, namespace: this.#namespaceOf(pid) })));
      for (const { pid, namespace } of found)
        if (namespace !== undefined) processes.set(pid, await this.#process(pid, namespace));
      await slice.next();
    }
    this.#processes = processes;
    return Map.groupBy(processes.keys(), pid => processes.get(pid)?.namespace ?? '');
  }

  /** UID of the pod of a process; undefined for a process of the node. */
  podUid(pid: number): string | undefined {
    const pod = this.#processes.get(pid)?.pod;
    return pod?.kind === 'of-pod' ? pod.uid : undefined;
  }

  #namespaceOf(pid: number): string | undefined {
    const namespace = this.#options.proc.networkNamespace(pid);
    if (namespace === 'not-permitted') this.#options.skipped.add('namespace-not-permitted');
    return typeof namespace === 'string' ? undefined : namespace.id;
  }

  /** A process cannot leave its pod, and a process id is not given again so soon in the same namespace. */
  async #process(pid: number, namespace: string): Promise<Process> {
    const before = this.#processes.get(pid);
    const known = before?.namespace === namespace ? before : undefined;
    if (known !== undefined && known.pod.kind !== 'of-no-pod-yet') return known;
    const uid = await this.#options.proc.podUid(pid);
    if (uid !== undefined) return { namespace, pod: { kind: 'of-pod', uid } };
    return { namespace, pod: { kind: known === undefined ? 'of-no-pod-yet' : 'of-no-pod' } };
  }
}
