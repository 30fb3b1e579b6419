import { identityKey, type ServiceIdentity } from '@network-mapper/model';
import type { Backends, Holder, Lookups, Moment, PodRange, PodRecord, ServiceRecord } from '../resolve/lookups.ts';
import { AddressHistory } from './address-history.ts';
import { IpRanges } from './ip-ranges.ts';
import { MeshPods } from './mesh-pods.ts';
import { PodNetworks } from './pod-networks.ts';
import type { EndpointSliceRecord, NodeRecord } from './records.ts';
import { ServiceBackends } from './service-backends.ts';
import { ServiceIndex } from './service-index.ts';

export interface ClusterViewOptions {
  /** Addresses that share this many leading bits with an IPv4 endpoint of the API server are the API server's. */
  readonly apiServerPrefixLength: number;
  /** The pod with a key `namespace/name` as it is now. */
  readonly podAt: (key: string) => PodRecord | undefined;
}

const apiServerKey = 'default/kubernetes';

/**
 * Answers what resolution asks, from the records that the watches keep. Changes come in through the `…Changed` methods.
 */
export class ClusterView implements Lookups {
  readonly #options: ClusterViewOptions;
  readonly #addresses: AddressHistory;
  readonly #podAt: (key: string) => PodRecord | undefined;
  readonly #podsByUid = new Map<string, PodRecord>();
  readonly #meshPods = new MeshPods(() => this.#pods());
  readonly #services = new ServiceIndex();
  readonly #backends: ServiceBackends;
  readonly #nodes = new Set<string>();
  /** By name of node. */
  readonly #zones = new Map<string, string>();
  readonly #podNetworks = new PodNetworks();
  #apiServerRanges = new IpRanges();
  #listener: ((address: string) => void) | undefined;

  constructor(options: ClusterViewOptions, now: () => number) {
    this.#options = options;
    this.#podAt = options.podAt;
    this.#addresses = new AddressHistory(now, pod => this.#forgetUid(pod));
    this.#backends = new ServiceBackends({
      services: this.#services,
      podAt: options.podAt,
      podWithAddress: address => this.#podWithAddress(address),
    });
  }

  /** Calls `listener` with every address of a pod or Service that came or changed. */
  onAddressChange(listener: (address: string) => void): void {
    this.#listener = listener;
  }

  podChanged(key: string, before: PodRecord | undefined, after: PodRecord | undefined): void {
    this.#backends.podChanged(key);
    // A pod made anew under the same name between two lists comes as one change.
    const replaced = before !== undefined && before.uid !== after?.uid;
    this.#meshPods.changed(before, after);
    if (replaced) this.#addresses.remove(before);
    if (after === undefined) return;
    this.#addresses.put(replaced ? undefined : before, after);
    this.#podsByUid.set(after.uid, after);
    if (after.staticUid !== undefined) this.#podsByUid.set(after.staticUid, after);
    if (!after.hostNetwork) for (const address of after.addresses) this.#podNetworks.add(address);
    for (const address of after.addresses) this.#listener?.(address);
  }

  serviceChanged(key: string, before: ServiceRecord | undefined, after: ServiceRecord | undefined): void {
    this.#services.changed(key, before, after);
    if (before !== undefined) this.#backends.serviceChanged(before);
    if (key === apiServerKey) this.#updateApiServer();
    for (const address of after?.clusterIps ?? []) this.#listener?.(address);
  }

  endpointSliceChanged(
    key: string,
    before: EndpointSliceRecord | undefined,
    after: EndpointSliceRecord | undefined,
  ): void {
    this.#backends.sliceChanged(key, before, after);
    if (before?.service === apiServerKey || after?.service === apiServerKey) this.#updateApiServer();
  }

  /**
   * `nodes` are all of them, after the change. Nodes are updated every few seconds: mostly nothing that matters here.
   */
  nodeChanged(before: NodeRecord | undefined, after: NodeRecord | undefined, nodes: Iterable<NodeRecord>): void {
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    this.#nodes.clear();
    this.#zones.clear();
    const podCidrs = new Set<string>();
    for (const { name, zone, addresses, podCidrs: own } of nodes) {
      if (zone !== undefined) this.#zones.set(name, zone);
      for (const address of addresses) this.#nodes.add(address);
      for (const cidr of own) podCidrs.add(cidr);
    }
    this.#podNetworks.nodesChanged(podCidrs);
  }

  podAt(address: string, moment: Moment): Holder {
    return this.#addresses.holder(address, moment);
  }

  podNamed(pod: ServiceIdentity): PodRecord | undefined {
    return this.#podAt(identityKey(pod));
  }

  /** Pods that are there now. */
  *podsIn(namespace: string): Generator<PodRecord> {
    for (const pod of this.#pods()) if (pod.namespace === namespace) yield pod;
  }

  /** `namespace/name` of the Services that have a pod behind them. */
  servicesOf(pod: PodRecord): readonly string[] {
    return this.#backends.servicesOf(identityKey(pod));
  }

  zoneOf({ nodeName }: PodRecord): string | undefined {
    return nodeName === undefined ? undefined : this.#zones.get(nodeName);
  }

  podWithUid(uid: string): PodRecord | undefined {
    return this.#podsByUid.get(uid);
  }

  podOfMeshWorkload(workload: ServiceIdentity): PodRecord | undefined {
    const pods = this.#meshPods.named(workload);
    // In the place of a workload ztunnel writes the name of a pod that has no controller.
    return pods.find(pod => pod.phase === 'running' && !pod.deleting) ?? pods[0] ?? this.podNamed(workload);
  }

  serviceWithKey(key: string): ServiceRecord | undefined {
    return this.#services.withKey(key);
  }

  serviceAt(clusterIp: string): ServiceRecord | 'several' | undefined {
    return this.#services.atClusterIp(clusterIp);
  }

  serviceExposedAt(address: string, port: number): ServiceRecord | 'several' | undefined {
    const byNodePort = this.#nodes.has(address) ? this.#services.atNodePort(port) : undefined;
    return byNodePort ?? this.#services.atExternalPort(address, port);
  }

  serviceBalancedAt(address: string): ServiceRecord | 'several' | undefined {
    return this.#services.atExternalIp(address);
  }

  backendsOf(service: ServiceRecord): Backends {
    return this.#backends.of(service);
  }

  isApiServer(address: string): boolean {
    return this.#apiServerRanges.has(address);
  }

  isNode(address: string): boolean {
    return this.#nodes.has(address);
  }

  isRememberedPodAddress(address: string): boolean {
    return this.#addresses.has(address);
  }

  podRangeOf(address: string): PodRange {
    return this.#podNetworks.rangeOf(address);
  }

  *#pods(): Generator<PodRecord> {
    // A static pod stands under two UIDs.
    for (const [uid, pod] of this.#podsByUid) if (uid === pod.uid && this.podNamed(pod) === pod) yield pod;
  }

  /** Pods that are gone keep their UIDs as long as their addresses are remembered. */
  #forgetUid(pod: PodRecord): void {
    for (const uid of [pod.uid, pod.staticUid ?? pod.uid])
      if (this.#podsByUid.get(uid) === pod) this.#podsByUid.delete(uid);
  }

  #updateApiServer(): void {
    const ranges = new IpRanges();
    const addAddress = (address: string, prefix: number): boolean =>
      ranges.add(`${address}/${address.includes(':') ? 128 : prefix}`);
    for (const address of this.#services.withKey(apiServerKey)?.clusterIps ?? []) addAddress(address, 32);
    for (const address of this.#backends.addressesOf(apiServerKey))
      addAddress(address, this.#options.apiServerPrefixLength);
    this.#apiServerRanges = ranges;
  }

  #podWithAddress(address: string): PodRecord | undefined {
    const holder = this.#addresses.holder(address, { at: Infinity });
    return holder.kind === 'pod' ? holder.pod : undefined;
  }
}
