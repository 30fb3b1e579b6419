import { identityKey } from '@network-mapper/model';
import { MultiMap } from '@network-mapper/runtime';
import type { Backends, PodRecord, ServiceRecord } from '../resolve/lookups.ts';
import type { EndpointRecord, EndpointSliceRecord } from './records.ts';
import type { ServiceIndex } from './service-index.ts';

export interface ServiceBackendsParts {
  readonly services: ServiceIndex;
  /** The pod with a key `namespace/name` as it is now. */
  readonly podAt: (key: string) => PodRecord | undefined;
  /** The pod that has an address now. */
  readonly podWithAddress: (address: string) => PodRecord | undefined;
}

const nothingBehind: Backends = { pods: [], newest: -Infinity, ofOneOwner: true, targetPorts: new Map() };

/** The pods behind each Service, from its EndpointSlices. Services and pods have keys: `namespace/name`. */
export class ServiceBackends {
  readonly #parts: ServiceBackendsParts;
  readonly #slices = new Map<string, Map<string, EndpointSliceRecord>>();
  readonly #servicesOfPod = new MultiMap<string, string>();
  readonly #backends = new Map<ServiceRecord, Backends>();

  constructor(parts: ServiceBackendsParts) {
    this.#parts = parts;
  }

  sliceChanged(key: string, before: EndpointSliceRecord | undefined, after: EndpointSliceRecord | undefined): void {
    for (const { service } of [before, after].filter(slice => slice !== undefined)) {
      if (service === undefined) continue;
      this.#forget(service);
      const slices = this.#slices.get(service) ?? new Map<string, EndpointSliceRecord>();
      if (after?.service === service) slices.set(key, after);
      else slices.delete(key);
      if (slices.size === 0) this.#slices.delete(service);
      else this.#slices.set(service, slices);
    }
    this.#updateServicesOfPods(before, after);
  }

  podChanged(key: string): void {
    for (const service of this.#servicesOfPod.get(key)) this.#forget(service);
  }

  serviceChanged(before: ServiceRecord): void {
    this.#backends.delete(before);
  }

  of(service: ServiceRecord): Backends {
    const known = this.#backends.get(service);
    if (known !== undefined) return known;
    const key = identityKey(service);
    const slices = this.#slices.get(key);
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
    if (endpoints.every(({ pod }) => pod !== undefined) && this.#parts.services.withKey(key) === service)
      this.#backends.set(service, backends);
    return backends;
  }

  /** The Services that have a pod behind them. */
  servicesOf(podKey: string): readonly string[] {
    return this.#servicesOfPod.get(podKey);
  }

  /** All addresses behind a Service, whether or not pods have them. */
  addressesOf(serviceKey: string): readonly string[] {
    const slices = [...(this.#slices.get(serviceKey)?.values() ?? [])];
    return slices.flatMap(slice => slice.endpoints.flatMap(({ addresses }) => addresses));
  }

  #forget(serviceKey: string): void {
    const service = this.#parts.services.withKey(serviceKey);
    if (service !== undefined) this.#backends.delete(service);
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

  /** Pods that are ready, or are not, in the order of an Endpoints object: by address, as text. */
  #podsOf(endpoints: readonly EndpointRecord[], wanted: boolean): readonly PodRecord[] {
    const records = endpoints
      .filter(({ ready }) => ready === wanted)
      .map(endpoint => this.#podOf(endpoint))
      .filter(record => record !== undefined)
      .filter(({ deleting }) => !deleting);
    return records.sort((a, b) => ((a.addresses[0] ?? '') < (b.addresses[0] ?? '') ? -1 : 1));
  }

  #podOf({ pod, addresses: [address] }: EndpointRecord): PodRecord | undefined {
    const { podAt, podWithAddress } = this.#parts;
    if (pod !== undefined) return podAt(pod);
    return address === undefined ? undefined : podWithAddress(address);
  }
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
