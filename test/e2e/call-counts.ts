import type { Kubectl } from './kubectl.ts';

/** How often a call of a pod succeeded and failed since its start, as its program says (`workload-server.mjs`). */
interface Count {
  readonly ok: number;
  readonly failed: number;
  /** The last failure. */
  readonly why: string;
  /** The pod calls no longer. */
  readonly ended: boolean;
}

/** The counts of all pods, by `namespace/pod call`. */
export type CallCounts = ReadonlyMap<string, Count>;

/** Lines of a log among which the last counts are, also where each of several calls fails every second. */
const tail = 100;

/** What the pods of some namespaces say of their calls. A pod that is gone meanwhile says nothing. */
export async function readCallCounts(kubectl: Kubectl, namespaces: readonly string[]): Promise<CallCounts> {
  const counts = new Map<string, Count>();
  for (const namespace of namespaces) {
    const pods = await kubectl('get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.name}');
    for (const pod of pods.split(' ').filter(Boolean)) {
      const log = await kubectl('logs', '-n', namespace, pod, `--tail=${tail}`).catch(() => '');
      const last = log.split('\n').findLast(line => line.startsWith('{"counts":'));
      if (last === undefined) continue;
      const said = JSON.parse(last) as { readonly counts: Readonly<Record<string, Count>>; readonly ended?: true };
      for (const [call, count] of Object.entries(said.counts))
        counts.set(`${namespace}/${pod} ${call}`, { ...count, ended: said.ended === true });
    }
  }
  return counts;
}

export interface Progress {
  /** Calls that succeeded, and never failed. */
  readonly working: ReadonlySet<string>;
  /** Calls that failed, or did not succeed once. */
  readonly broken: ReadonlyMap<string, Omit<Count, 'ended'>>;
  /** How many calls succeeded in all. */
  readonly ok: number;
}

/** A broken call in words. */
export function brokenWords([call, { ok, failed, why }]: readonly [string, Omit<Count, 'ended'>]): string {
  return `${call}: ${ok} succeeded, ${failed} failed (${why})`;
}

/** What became of the calls from one look to the next; a pod that is new, or was restarted, began at zero. */
export function progressOf({ before, after }: { readonly before: CallCounts; readonly after: CallCounts }): Progress {
  const working = new Set<string>();
  const broken = new Map<string, Omit<Count, 'ended'>>();
  let allOk = 0;
  for (const [call, now] of after) {
    const then = before.get(call);
    const [ok, failed] =
      then === undefined || then.ok > now.ok || then.failed > now.failed
        ? [now.ok, now.failed]
        : [now.ok - then.ok, now.failed - then.failed];
    allOk += ok;
    if (now.ended && then?.ended === true) continue;
    if (ok > 0 && failed === 0) working.add(call);
    else broken.set(call, { ok, failed, why: now.why });
  }
  return { working, broken, ok: allOk };
}
