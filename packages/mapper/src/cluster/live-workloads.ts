import { identityKey, type LabelSet, type Workload } from '@network-mapper/model';
import type { Identities } from '../resolve/identity.ts';
import type { PodRecord } from '../resolve/lookups.ts';
import type { ClusterView } from './cluster-view.ts';

/** A pod that is not being deleted, with its workload. */
export interface LivePod {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly labels: LabelSet;
  readonly workload: Workload;
  /** Names of the Services of its namespace that have it behind them. */
  readonly services: readonly string[];
}

/** Which workloads are where now, for what is uploaded of the cluster beside its traffic. */
export class LiveWorkloads {
  readonly #view: ClusterView;
  readonly #identities: Identities;

  constructor(view: ClusterView, identities: Identities) {
    this.#view = view;
    this.#identities = identities;
  }

  async podsIn(namespace: string): Promise<readonly LivePod[]> {
    const found: LivePod[] = [];
    for (const pod of this.#view.podsIn(namespace)) {
      const workload = await this.#workloadOf(pod);
      if (workload === undefined) continue;
      const { name, addresses, labels } = pod;
      const services = this.#view.servicesOf(pod).map(key => key.slice(key.indexOf('/') + 1));
      found.push({ name, addresses, labels, workload, services });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The workload of the first live pod behind a Service. */
  async workloadBehind(service: { readonly namespace: string; readonly name: string }): Promise<Workload | undefined> {
    const record = this.#view.serviceWithKey(identityKey(service));
    for (const pod of record === undefined ? [] : this.#view.backendsOf(record).pods) {
      const workload = await this.#workloadOf(pod);
      if (workload !== undefined) return workload;
    }
    return undefined;
  }

  async #workloadOf(pod: PodRecord): Promise<Workload | undefined> {
    if (pod.deleting) return undefined;
    const identified = await this.#identities.of(pod);
    return identified.kind === 'identified' ? identified.workload : undefined;
  }
}
