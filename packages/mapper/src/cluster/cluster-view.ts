import { MultiMap } from '@network-mapper/runtime';
import type { Backends, Holder, Lookups, Moment, PodRange, PodRecord, ServiceRecord } from '../resolve/lookups.ts';
import { AddressHistory } from './address-history.ts';
import { IpRanges } from './ip-ranges.ts';
import { meshNamesOf } from './mesh-names.ts';
import type { EndpointRecord, EndpointSliceRecord, NodeRecord } from './records.ts';

export interface ClusterViewOptions {
  /** Addresses that share this many leading bits with an IPv4 endpoint of the API server are the API server's. */
  readonly apiServerPrefixLength: number;
  /** The pod with a key `namespace/name` as it is now. */
  readonly podAt: (key: string) => PodRecord | undefined;
}

const apiServerKey = 'default/kubernetes';
const nothingBehind: Backends = { pods: [], newest: -Infinity, ofOneOwner: true, targetPorts: new Map() };

/**
 * Answers what resolution asks, from the records that the watches keep. Changes come in through the `…Changed` methods.
 */
export class ClusterView implements Lookups {
  readonly #options: ClusterViewOptions;
  readonly #addresses: AddressHistory;
  readonly #podAt: (key: string) => PodRecord | undefined;
  readonly #podsByUid = new Map<string, PodRecord>();
  readonly #meshPods = new Map<string, Set<PodRecord>>();
  /** By namespace, then name: no key has to be made of them for every sighting. */
  readonly #services = new Map<string, Map<string, ServiceRecord>>();
  readonly #servicesByClusterIp = new Map<string, Set<ServiceRecord>>();
  readonly #servicesByExternalIp = new Map<string, Set<ServiceRecord>>();
  readonly #servicesByNodePort = new Map<string, Set<ServiceRecord>>();
  readonly #slices = new Map<string, Map<string, EndpointSliceRecord>>();
  readonly #servicesOfPod = new MultiMap<string, string>();
  readonly #backends = new Map<ServiceRecord, Backends>();
  readonly #nodes = new Set<string>();
  /** By name of node. */
  readonly #zones = new Map<string, string>();
  #podRanges = new IpRanges();
  readonly #podNeighbours = new IpRanges();
  #apiServerRanges = new IpRanges();
  #listener: ((address: string) => void) | undefined;

  constructor(options: ClusterViewOptions, now: () => number) {
    this.#options = options;
    this.#podAt = options.podAt;
    this.#addresses = new AddressHistory(now, pod => this.#forgetUid(pod));
  }

  /** Calls `listener` with every address of a pod or Service that came or changed. */
  onAddressChange(listener: (address: string) => void): void {
    this.#listener = listener;
  }

  podChanged(key: string, before: PodRecord | undefined, after: PodRecord | undefined): void {
    for (const service of this.#servicesOfPod.get(key)) this.#forgetBackends(service);
    // A pod made anew under the same name between two lists comes as one change.
    const replaced = before !== undefined && before.uid !== after?.uid;
    if (before !== undefined) for (const name of meshNamesOf(before)) removeFrom(this.#meshPods, name, before);
    if (replaced) this.#addresses.remove(before);
    if (after === undefined) return;
    this.#addresses.put(replaced ? undefined : before, after);
    this.#podsByUid.set(after.uid, after);
    if (after.staticUid !== undefined) this.#podsByUid.set(after.staticUid, after);
    for (const name of meshNamesOf(after)) addTo(this.#meshPods, name, after);
    if (!after.hostNetwork) for (const address of after.addresses) this.#podNeighbours.add(neighbourhood(address));
    for (const address of after.addresses) this.#listener?.(address);
  }

  serviceChanged(key: string, before: ServiceRecord | undefined, after: ServiceRecord | undefined): void {
    if (before !== undefined) {
      this.#indexService(before, removeFrom);
      this.#backends.delete(before);
      const { namespace, name } = before;
      const services = this.#services.get(namespace);
      services?.delete(name);
      if (services?.size === 0) this.#services.delete(namespace);
    }
    if (after !== undefined) {
      this.#indexService(after, addTo);
      const { namespace, name } = after;
      const services = this.#services.get(namespace);
      if (services === undefined) this.#services.set(namespace, new Map([[name, after]]));
      else services.set(name, after);
    }
    if (key === apiServerKey) this.#updateApiServer();
    for (const address of after?.clusterIps ?? []) this.#listener?.(address);
  }

  endpointSliceChanged(
    key: string,
    before: EndpointSliceRecord | undefined,
    after: EndpointSliceRecord | undefined,
  ): void {
    for (const { service } of [before, after].filter(slice => slice !== undefined)) {
      if (service === undefined) continue;
      this.#forgetBackends(service);
      const slices = this.#slices.get(service) ?? new Map<string, EndpointSliceRecord>();
      if (after?.service === service) slices.set(key, after);
      else slices.delete(key);
      if (slices.size === 0) this.#slices.delete(service);
      else this.#slices.set(service, slices);
      if (service === apiServerKey) this.#updateApiServer();
    }
    this.#updateServicesOfPods(before, after);
  }

  /** A pod is behind a Service as long as any slice of it (of one address family, say) has it. */
  #updateServicesOfPods(before: EndpointSliceRecord | undefined, after: EndpointSliceRecord | undefined): void {
    const leaving = before?.service;
    if (leaving !== undefined) {
      const slices = [...(this.#slices.get(leaving)?.values() ?? [])];
      const staying = new Set(slices.flatMap(slice => slice.endpoints.map(({ pod }) => pod)));
      for (const { pod } of before?.endpoints ?? [])
        if (pod !== undefined && !staying.has(pod)) this.#servicesOfPod.delete(pod, leaving);
    }
    const joining = after?.service;
    if (joining === undefined) return;
    for (const { pod } of after?.endpoints ?? []) if (pod !== undefined) this.#servicesOfPod.add(pod, joining);
  }

  /**
   * `nodes` are all of them, after the change. Nodes are updated every few seconds: mostly nothing that matters here.
   */
  nodeChanged(before: NodeRecord | undefined, after: NodeRecord | undefined, nodes: Iterable<NodeRecord>): void {
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    this.#nodes.clear();
    this.#zones.clear();
    this.#podRanges = new IpRanges();
    for (const { name, zone, addresses, podCidrs } of nodes) {
      if (zone !== undefined) this.#zones.set(name, zone);
      for (const address of addresses) this.#nodes.add(address);
      for (const cidr of podCidrs) this.#podRanges.add(cidr);
    }
  }

  podAt(address: string, moment: Moment): Holder {
    return this.#addresses.holder(address, moment);
  }

  podNamed({ namespace, name }: { readonly namespace: string; readonly name: string }): PodRecord | undefined {
    return this.#podAt(`${namespace}/${name}`);
  }

  /** Pods that are there now. */
  *podsIn(namespace: string): Generator<PodRecord> {
    // A static pod stands under two UIDs.
    for (const [uid, pod] of this.#podsByUid)
      if (uid === pod.uid && pod.namespace === namespace && this.#podAt(`${namespace}/${pod.name}`) === pod) yield pod;
  }

  /** `namespace/name` of the Services that have a pod behind them. */
  servicesOf({ namespace, name }: PodRecord): readonly string[] {
    return this.#servicesOfPod.get(`${namespace}/${name}`);
  }

  zoneOf({ nodeName }: PodRecord): string | undefined {
    return nodeName === undefined ? undefined : this.#zones.get(nodeName);
  }

  podWithUid(uid: string): PodRecord | undefined {
    return this.#podsByUid.get(uid);
  }

  podOfMeshWorkload({ name, namespace }: { readonly name: string; readonly namespace: string }): PodRecord | undefined {
    const named = [...(this.#meshPods.get(name) ?? [])].filter(pod => namespace === '' || pod.namespace === namespace);
    // What has the name as its label goes before what has it by its owner.
    const labelled = named.filter(pod => meshNamesOf(pod)[0] === name);
    const pods = labelled.length > 0 ? labelled : named;
    // In the place of a workload ztunnel writes the name of a pod that has no controller.
    return pods.find(pod => pod.phase === 'running' && !pod.deleting) ?? pods[0] ?? this.#podAt(`${namespace}/${name}`);
  }

  serviceNamed({ namespace, name }: { readonly namespace: string; readonly name: string }): ServiceRecord | undefined {
    return this.#services.get(namespace)?.get(name);
  }

  serviceAt(clusterIp: string): ServiceRecord | 'several' | undefined {
    return single(this.#servicesByClusterIp.get(clusterIp));
  }

  serviceExposedAt(address: string, port: number): ServiceRecord | 'several' | undefined {
    if (this.#nodes.has(address)) {
      const byNodePort = single(this.#servicesByNodePort.get(String(port)));
      if (byNodePort !== undefined) return byNodePort;
    }
    const services = this.#servicesByExternalIp.get(address);
    if (services === undefined) return undefined;
    return single(
      new Set([...services].filter(({ ports }) => ports.some(open => open.port === port && open.protocol === 'TCP'))),
    );
  }

  serviceBalancedAt(address: string): ServiceRecord | 'several' | undefined {
    return single(this.#servicesByExternalIp.get(address));
  }

  backendsOf(service: ServiceRecord): Backends {
    const known = this.#backends.get(service);
    if (known !== undefined) return known;
    const slices = this.#slices.get(`${service.namespace}/${service.name}`);
    if (slices === undefined) return nothingBehind;
    const endpoints = [...slices.values()].flatMap(slice => slice.endpoints);
    const pods = [...new Set([...this.#podsOf(endpoints, true), ...this.#podsOf(endpoints, false)])];
    const backends = {
      pods,
      newest: Math.max(-Infinity, ...pods.map(pod => pod.createdAt)),
      ofOneOwner: pods.every(({ owner }) => owner !== undefined && owner.name === pods[0]?.owner?.name),
      targetPorts: targetPortsOf(slices.values()),
    };
    // What endpoints without a pod's name stand for changes without an event here.
    if (endpoints.every(({ pod }) => pod !== undefined) && this.serviceNamed(service) === service)
      this.#backends.set(service, backends);
    return backends;
  }

  #forgetBackends(serviceKey: string): void {
    const service = this.#serviceAt(serviceKey);
    if (service !== undefined) this.#backends.delete(service);
  }

  /** The Service with a key `namespace/name`. */
  #serviceAt(key: string): ServiceRecord | undefined {
    const slash = key.indexOf('/');
    return this.serviceNamed({ namespace: key.slice(0, slash), name: key.slice(slash + 1) });
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
    if (this.#podRanges.has(address)) return 'node-range';
    return this.#podNeighbours.has(address) || (this.#isUnexplored && isPrivate(address)) ? 'near-pods' : 'none';
  }

  /** No node says where its pods are, and no pod is known: the first ones are about to come. */
  get #isUnexplored(): boolean {
    return this.#podRanges.size === 0 && this.#podNeighbours.size === 0;
  }

  /** Pods that are gone keep their UIDs as long as their addresses are remembered. */
  #forgetUid(pod: PodRecord): void {
    for (const uid of [pod.uid, pod.staticUid ?? pod.uid])
      if (this.#podsByUid.get(uid) === pod) this.#podsByUid.delete(uid);
  }

  /** Pods that are ready, or are not, in the order of an Endpoints object: by address, as text. */
  #podsOf(endpoints: readonly EndpointRecord[], wanted: boolean): readonly PodRecord[] {
    const records = endpoints
      .filter(({ ready }) => ready === wanted)
      .map(({ pod, addresses }) => (pod === undefined ? this.#podNow(addresses[0]) : this.#podAt(pod)))
      .filter(record => record !== undefined)
      .filter(({ deleting }) => !deleting);
    return records.sort((a, b) => ((a.addresses[0] ?? '') < (b.addresses[0] ?? '') ? -1 : 1));
  }

  #indexService(
    service: ServiceRecord,
    change: (index: Map<string, Set<ServiceRecord>>, key: string, service: ServiceRecord) => void,
  ): void {
    for (const address of service.clusterIps) change(this.#servicesByClusterIp, address, service);
    for (const address of service.externalIps) change(this.#servicesByExternalIp, address, service);
    if (!service.opensNodePorts) return;
    for (const { nodePort, protocol } of service.ports) {
      if (nodePort !== undefined && protocol === 'TCP') change(this.#servicesByNodePort, String(nodePort), service);
    }
  }

  #updateApiServer(): void {
    const ranges = new IpRanges();
    const addAddress = (address: string, prefix: number): boolean =>
      ranges.add(`${address}/${address.includes(':') ? 128 : prefix}`);
    for (const address of this.#serviceAt(apiServerKey)?.clusterIps ?? []) addAddress(address, 32);
    const endpoints = [...(this.#slices.get(apiServerKey)?.values() ?? [])].flatMap(slice => slice.endpoints);
    for (const address of endpoints.flatMap(({ addresses }) => addresses))
      addAddress(address, this.#options.apiServerPrefixLength);
    this.#apiServerRanges = ranges;
  }

  #podNow(address: string | undefined): PodRecord | undefined {
    if (address === undefined) return undefined;
    const holder = this.#addresses.holder(address, { at: Infinity });
    return holder.kind === 'pod' ? holder.pod : undefined;
  }
}

/**
 * The network in which an address's neighbours are, for CNIs that give pods other addresses than the nodes say
 * (Calico's own address management, Cilium's pools): they take blocks out of a network that is seldom smaller than
 * this.
 */
function neighbourhood(address: string): string {
  const [first = '', second = '', third = ''] = address.split(/[.:]/, 3);
  return address.includes(':')
    ? `${[first, second, third].map(group => group || '0').join(':')}::/48`
    : `${first}.${second}.0.0/16`;
}

/** Addresses that are not of the public Internet: RFC 1918, RFC 6598, RFC 4193. */
const privateRanges = new IpRanges();
for (const cidr of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'])
  privateRanges.add(cidr);

function isPrivate(address: string): boolean {
  return privateRanges.has(address);
}

/**
 * The port of the endpoints by the name of the Service's port; 0 where slices differ (a named port that pods give
 * different numbers).
 */
function targetPortsOf(slices: Iterable<EndpointSliceRecord>): ReadonlyMap<string, number> {
  const targets = new Map<string, number>();
  for (const { ports, endpoints } of slices) {
    if (endpoints.length === 0) continue;
    for (const { name, port } of ports) targets.set(name, (targets.get(name) ?? port) === port ? port : 0);
  }
  return targets;
}

function single(services: ReadonlySet<ServiceRecord> | undefined): ServiceRecord | 'several' | undefined {
  if (services === undefined || services.size === 0) return undefined;
  if (services.size > 1) return 'several';
  const [service] = services;
  return service;
}

function addTo<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([value]));
  else set.add(value);
}

function removeFrom<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const set = index.get(key);
  set?.delete(value);
  if (set?.size === 0) index.delete(key);
}
