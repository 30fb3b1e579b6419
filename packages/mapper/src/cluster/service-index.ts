import { MultiMap } from '@network-mapper/runtime';
import type { ServiceRecord } from '../resolve/lookups.ts';

/** The Services as they are now, by all that they are called by. */
export class ServiceIndex {
  readonly #byKey = new Map<string, ServiceRecord>();
  readonly #byClusterIp = new MultiMap<string, ServiceRecord>();
  readonly #byExternalIp = new MultiMap<string, ServiceRecord>();
  readonly #byNodePort = new MultiMap<number, ServiceRecord>();

  /** `key` is `namespace/name`. */
  changed(key: string, before: ServiceRecord | undefined, after: ServiceRecord | undefined): void {
    if (before !== undefined) this.#index(before, 'delete');
    if (after === undefined) {
      this.#byKey.delete(key);
    } else {
      this.#byKey.set(key, after);
      this.#index(after, 'add');
    }
  }

  /** The Service with a key `namespace/name`. */
  withKey(key: string): ServiceRecord | undefined {
    return this.#byKey.get(key);
  }

  atClusterIp(address: string): ServiceRecord | 'several' | undefined {
    return single(this.#byClusterIp.get(address));
  }

  /** Whose load balancer, or external IP, the address is. */
  atExternalIp(address: string): ServiceRecord | 'several' | undefined {
    return single(this.#byExternalIp.get(address));
  }

  /** The same, of the Services that take connections to that port. */
  atExternalPort(address: string, port: number): ServiceRecord | 'several' | undefined {
    const services = this.#byExternalIp.get(address);
    return single(services.filter(({ ports }) => ports.some(open => open.port === port && open.protocol === 'TCP')));
  }

  atNodePort(port: number): ServiceRecord | 'several' | undefined {
    return single(this.#byNodePort.get(port));
  }

  #index(service: ServiceRecord, change: 'add' | 'delete'): void {
    for (const address of service.clusterIps) this.#byClusterIp[change](address, service);
    for (const address of service.externalIps) this.#byExternalIp[change](address, service);
    for (const port of nodePortsOf(service)) this.#byNodePort[change](port, service);
  }
}

function nodePortsOf({ opensNodePorts, ports }: ServiceRecord): readonly number[] {
  if (!opensNodePorts) return [];
  return ports.flatMap(({ nodePort, protocol }) => (nodePort !== undefined && protocol === 'TCP' ? [nodePort] : []));
}

function single(services: readonly ServiceRecord[]): ServiceRecord | 'several' | undefined {
  return services.length > 1 ? 'several' : services[0];
}
