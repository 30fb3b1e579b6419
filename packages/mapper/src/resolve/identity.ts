import type { OwnerLookup, OwnerReference } from '@network-mapper/kube';
import type { PodRecord } from './lookups.ts';
import type { Workload } from '@network-mapper/model';
import type { Interner } from '../interner.ts';

/** What is known of an owner without asking. */
export interface OwnerRecord {
  readonly owner: OwnerReference | undefined;
}

export interface Owners {
  /** An owner that is at hand; undefined when it has to be read. */
  peek(reference: OwnerReference, namespace: string): OwnerRecord | undefined;
  read(reference: OwnerReference, namespace: string): Promise<OwnerLookup>;
}

/** One step of the way from a pod to its identity. */
export interface OwnerStep {
  readonly kind: string;
  readonly name: string;
  readonly outcome: 'found' | 'not-found' | 'forbidden' | 'unknown-kind' | 'failed' | 'too-deep';
}

export type Identified =
  | { readonly kind: 'identified'; readonly workload: Workload; readonly steps: readonly OwnerStep[] }
  /** An owner could not be read. */
  | { readonly kind: 'unreadable'; readonly problem: string; readonly steps: readonly OwnerStep[] };

export interface IdentityParts {
  readonly owners: Owners;
  readonly interner: Interner;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Name a workload whose root is a Job by its images. */
  readonly jobsByImage: boolean;
}

/** Owners of owners of … are followed this far: a cycle of references must end. */
const deepest = 16;

/** How long an answer is cached that may be only temporarily true, in milliseconds. */
const doubtfulFor = 30_000;

/** How long an owner that could not be read is not asked for again, in milliseconds. */
const unreadableFor = 2_000;

interface Cached {
  readonly identified: Identified;
  readonly until: number;
}

/**
 * The identity of a pod: its override, else its root owner (of each object the owner that controls it, else its first,
 * as far as they can be followed), else the pod itself. Answers are cached per state of the pod, so a pod made anew
 * under the same name is looked at anew.
 */
export class Identities {
  readonly #owners: Owners;
  readonly #interner: Interner;
  readonly #now: () => number;
  readonly #jobsByImage: boolean;
  readonly #cache = new WeakMap<PodRecord, Cached>();
  readonly #inFlight = new WeakMap<PodRecord, Promise<Identified>>();

  constructor({ owners, interner, now, jobsByImage }: IdentityParts) {
    this.#owners = owners;
    this.#interner = interner;
    this.#now = now;
    this.#jobsByImage = jobsByImage;
  }

  /** The identity, at once when all owners are at hand, else as a promise. */
  of(pod: PodRecord): Identified | Promise<Identified> {
    const cached = this.#cache.get(pod);
    // Most hold for good: the clock is not looked at for each sighting.
    if (cached !== undefined && (cached.until === Infinity || this.#now() < cached.until)) return cached.identified;
    if (pod.override !== undefined)
      return this.#remember(pod, { kind: 'identified', workload: this.#overridden(pod, pod.override.name), steps: [] });
    return this.#walk(pod, [], rootOf(pod));
  }

  /** Whether the identity of a pod was found, and holds as long as the pod stays as it is. */
  isSettled(pod: PodRecord): boolean {
    return this.#cache.get(pod)?.until === Infinity;
  }

  /** Follows owners from `at`, whose own references are in `next`, without waiting where possible. */
  #walk(pod: PodRecord, steps: readonly OwnerStep[], root: OwnerReference): Identified | Promise<Identified> {
    let at = root;
    let next = pod.owner;
    const walked = [...steps];
    while (next !== undefined) {
      const record = this.#owners.peek(next, pod.namespace);
      if (record === undefined) return this.#ask(pod);
      walked.push({ kind: next.kind, name: next.name, outcome: walked.length < deepest ? 'found' : 'too-deep' });
      if (walked.length > deepest) break;
      at = next;
      next = record.owner;
    }
    return this.#remember(pod, this.#rooted(pod, at, walked));
  }

  #ask(pod: PodRecord): Promise<Identified> {
    const inFlight = this.#inFlight.get(pod);
    if (inFlight !== undefined) return inFlight;
    const asked = this.#askAlong(pod).finally(() => this.#inFlight.delete(pod));
    this.#inFlight.set(pod, asked);
    return asked;
  }

  async #askAlong(pod: PodRecord): Promise<Identified> {
    let at = rootOf(pod);
    let next = pod.owner;
    const steps: OwnerStep[] = [];
    let doubtful = false;
    while (next !== undefined && steps.length < deepest) {
      at = next;
      const record = this.#owners.peek(next, pod.namespace);
      if (record !== undefined) {
        steps.push({ kind: at.kind, name: at.name, outcome: 'found' });
        next = record.owner;
        continue;
      }
      const answer = await this.#owners.read(next, pod.namespace);
      steps.push({ kind: at.kind, name: at.name, outcome: answer.kind });
      if (answer.kind === 'failed')
        return this.#remember(pod, { kind: 'unreadable', problem: answer.problem, steps }, unreadableFor);
      if (answer.kind === 'found') {
        // A CronJob may be served under another version than the reference names.
        at = { ...at, apiVersion: answer.apiVersion };
        next = controllerOf(answer.ownerReferences);
      } else {
        doubtful = true;
        next = undefined;
      }
    }
    return this.#remember(pod, this.#rooted(pod, at, steps), doubtful ? doubtfulFor : undefined);
  }

  #rooted(pod: PodRecord, root: OwnerReference, steps: readonly OwnerStep[]): Identified {
    const base = {
      namespace: pod.namespace,
      labels: pod.labels,
      nameResolvedUsingAnnotation: false,
      kubernetesService: null,
    };
    if (this.#jobsByImage && root.kind === 'Job' && pod.imageName !== undefined) {
      return {
        kind: 'identified',
        workload: this.#interner.workload({ ...base, name: pod.imageName, podOwnerKind: null }),
        steps,
      };
    }
    return {
      kind: 'identified',
      steps,
      workload: this.#interner.workload({
        ...base,
        name: root.name.replaceAll('.', '_'),
        podOwnerKind: toOwnerKind(root),
      }),
    };
  }

  #overridden({ namespace, labels }: PodRecord, name: string): Workload {
    return this.#interner.workload({
      name,
      namespace,
      labels,
      nameResolvedUsingAnnotation: true,
      podOwnerKind: null,
      kubernetesService: null,
    });
  }

  #remember(pod: PodRecord, identified: Identified, milliseconds = Infinity): Identified {
    this.#cache.set(pod, { identified, until: this.#now() + milliseconds });
    return identified;
  }
}

/**
 * The pod itself, as the owner of its own. Static pods have the name of their node at the end: without it they are
 * alike on all nodes.
 */
function rootOf({ name, nodeName, staticUid }: PodRecord): OwnerReference {
  const suffix = `-${nodeName ?? ''}`;
  const isStatic = staticUid !== undefined && nodeName !== undefined && name.endsWith(suffix);
  return { kind: 'Pod', apiVersion: 'v1', name: isStatic ? name.slice(0, -suffix.length) : name };
}

/**
 * The owner to follow: the one that controls the object, else the first. A Node owns the mirror pods of its static pods
 * (kubernetes.io, "Create static Pods"), but is no workload.
 */
export function controllerOf(owners: readonly OwnerReference[] | undefined): OwnerReference | undefined {
  const workloads = (owners ?? []).filter(({ apiVersion, kind }) => !(apiVersion === 'v1' && kind === 'Node'));
  return workloads.find(({ controller }) => controller === true) ?? workloads[0];
}

function toOwnerKind({ apiVersion, kind }: OwnerReference): { group: string | null; version: string; kind: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: null, version: apiVersion, kind };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}
