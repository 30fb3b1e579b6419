import type { OwnerLookup, OwnerReference } from '@network-mapper/kube';
import type { PodRecord } from './lookups.ts';
import { internWorkload, type Workload } from '@network-mapper/model';

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

export interface IdentityOptions {
  /** Name a workload whose root is a Job by its images. */
  readonly jobsByImage: boolean;
}

/** Owners of owners of … are followed this far: a cycle of references must end. */
const deepest = 16;

/** How long an answer is kept that may be only temporarily true, in milliseconds. */
const doubtfulFor = 30_000;

/** How long an owner that could not be read is not asked for again, in milliseconds. */
const unreadableFor = 2_000;

interface Cached {
  readonly identified: Identified;
  readonly until: number;
}

/**
 * Finds the identity of a pod: its override, else its root owner (the first owner reference of each object, as far as they can be
 * followed), else the pod itself. Answers are kept per state of the pod, so a pod made anew under the same name is found anew.
 */
export class Identities {
  readonly #owners: Owners;
  readonly #options: IdentityOptions;
  readonly #now: () => number;
  readonly #cache = new WeakMap<PodRecord, Cached>();
  readonly #inFlight = new WeakMap<PodRecord, Promise<Identified>>();

  constructor(owners: Owners, options: IdentityOptions, now: () => number) {
    this.#owners = owners;
    this.#options = options;
    this.#now = now;
  }

  /** The identity, at once when all owners are at hand, else as a promise. */
  of(pod: PodRecord): Identified | Promise<Identified> {
    const cached = this.#cache.get(pod);
    if (cached !== undefined && this.#now() < cached.until) return cached.identified;
    if (pod.override !== undefined)
      return this.#keep(pod, { kind: 'identified', workload: overridden(pod, pod.override.name), steps: [] });
    return this.#walk(pod, { kind: 'Pod', apiVersion: 'v1', name: pod.name }, []);
  }

  /** Follows owners from `at`, whose own references are in `next`, without waiting where possible. */
  #walk(pod: PodRecord, root: OwnerReference, steps: readonly OwnerStep[]): Identified | Promise<Identified> {
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
    return this.#keep(pod, this.#rooted(pod, at, walked));
  }

  #ask(pod: PodRecord): Promise<Identified> {
    const inFlight = this.#inFlight.get(pod);
    if (inFlight !== undefined) return inFlight;
    const asked = this.#askAlong(pod).finally(() => this.#inFlight.delete(pod));
    this.#inFlight.set(pod, asked);
    return asked;
  }

  async #askAlong(pod: PodRecord): Promise<Identified> {
    let at: OwnerReference = { kind: 'Pod', apiVersion: 'v1', name: pod.name };
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
        return this.#keep(pod, { kind: 'unreadable', problem: answer.problem, steps }, unreadableFor);
      if (answer.kind === 'found') {
        // A CronJob may be served under another version than the reference names.
        at = { ...at, apiVersion: answer.apiVersion };
        next = answer.ownerReferences[0];
      } else {
        doubtful = true;
        next = undefined;
      }
    }
    return this.#keep(pod, this.#rooted(pod, at, steps), doubtful ? doubtfulFor : undefined);
  }

  #rooted(pod: PodRecord, root: OwnerReference, steps: readonly OwnerStep[]): Identified {
    const base = {
      namespace: pod.namespace,
      labels: pod.labels,
      nameResolvedUsingAnnotation: false,
      kubernetesService: null,
    };
    if (this.#options.jobsByImage && root.kind === 'Job' && pod.imageName !== undefined) {
      return {
        kind: 'identified',
        workload: internWorkload({ ...base, name: pod.imageName, podOwnerKind: null }),
        steps,
      };
    }
    return {
      kind: 'identified',
      steps,
      workload: internWorkload({ ...base, name: root.name.replaceAll('.', '_'), podOwnerKind: toOwnerKind(root) }),
    };
  }

  #keep(pod: PodRecord, identified: Identified, milliseconds = Infinity): Identified {
    this.#cache.set(pod, { identified, until: this.#now() + milliseconds });
    return identified;
  }
}

function overridden(pod: PodRecord, name: string): Workload {
  return internWorkload({
    name,
    namespace: pod.namespace,
    labels: pod.labels,
    nameResolvedUsingAnnotation: true,
    podOwnerKind: null,
    kubernetesService: null,
  });
}

function toOwnerKind({ apiVersion, kind }: OwnerReference): { group: string | null; version: string; kind: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: null, version: apiVersion, kind };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}
