import type { ReasonCounts } from '@network-mapper/model';
import type { AgentIntake } from '@network-mapper/reporting';
import { LruMap, wallTime } from '@network-mapper/runtime';
import type { Operations } from '../recognise/operation.ts';
import { recognise } from '../recognise/recognise.ts';
import type { Exchange } from './exchange.ts';
import type { OptedInPod } from './served.ts';

/** Why a request is not reported. */
export type RecorderSkip = 'unknown-operation' | 'no-action';

/** Resources below one that a pod has on the map one by one; more become `<resource>/*`. */
const mostBelow = 50;
const mostPods = 10_000;

export interface OperationRecorderOptions {
  readonly operations: Operations;
  readonly intake: AgentIntake;
  readonly skipped: ReasonCounts<RecorderSkip>;
}

/** Turns requests to AWS into sightings. */
export class OperationRecorder {
  readonly #options: OperationRecorderOptions;
  readonly #seen = new LruMap<string, Map<string, Set<string>>>({ maxEntries: mostPods });
  #requests = 0;

  constructor(options: OperationRecorderOptions) {
    this.#options = options;
  }

  /** Requests since the start. */
  get requests(): number {
    return this.#requests;
  }

  /** A request that was refused was wanted all the same: whoever writes a policy wants to know of it. */
  take({ request }: Exchange, { pod, address }: { readonly pod: OptedInPod; readonly address: string }): void {
    this.#requests++;
    const { operations, intake, skipped } = this.#options;
    const recognised = recognise(request, { operations, account: accountOfRole(pod.role) });
    if (recognised.kind !== 'recognised') {
      skipped.add(recognised.kind);
      return;
    }
    const at = wallTime();
    for (const { actions, resource } of recognised.statements)
      intake.record({
        evidence: 'AWS',
        client: { kind: 'address', ip: address, podUid: pod.uid },
        server: { kind: 'resource', name: this.#folded(resource, pod.uid) },
        firstAt: at,
        at,
        count: 1,
        detail: { kind: 'cloud', actions, dataActions: [], iamRole: pod.role, podIdentity: pod.podIdentity },
      });
  }

  /** A pod that goes through a bucket reads as one that reads the bucket, not as a thousand objects. */
  #folded(...[arn, pod]: readonly [arn: string, pod: string]): string {
    const slash = arn.indexOf('/');
    if (slash < 0) return arn;
    const parent = arn.slice(0, slash);
    const parents = this.#seen.get(pod) ?? new Map<string, Set<string>>();
    this.#seen.set(pod, parents);
    const below = parents.get(parent) ?? new Set<string>();
    parents.set(parent, below);
    if (below.has(arn)) return arn;
    if (below.size >= mostBelow) return `${parent}/*`;
    below.add(arn);
    return arn;
  }
}

function accountOfRole(role: string | undefined): string | undefined {
  return /^arn:[\w-]+:iam::(\d{12}):role\//.exec(role ?? '')?.[1];
}
