import type { LabelSet, Workload } from '@network-mapper/model';

/** A live pod as the cloud gets it. */
export interface InventoryPod {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly labels: LabelSet;
  readonly workload: Workload;
  /** Names of the Services of its namespace that have it behind them. */
  readonly services: readonly string[];
}

/** What documents for the cloud ask of the cluster. */
export interface InventoryLookups {
  /** Pods that are not being deleted and whose workload is known. */
  podsIn(namespace: string): Promise<readonly InventoryPod[]>;
  /** The workload of the first live pod behind a Service. */
  workloadBehind(service: { readonly namespace: string; readonly name: string }): Promise<Workload | undefined>;
}
