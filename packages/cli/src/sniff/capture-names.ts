import type { WorkloadName } from '../network-map.ts';

interface Lookup {
  readonly client: string;
  readonly ip: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A connection whose address was translated on its way: what is behind it answers for what was called. */
interface Translation {
  readonly called: WorkloadName;
  readonly reached: string;
}

/** What the addresses of a capture are called: nothing but the capture itself says so. */
export class CaptureNames {
  readonly #serviceSuffix: string;
  /** The latest lookup, by client and address. */
  readonly #asked = new Map<string, Lookup>();
  /** All names of an address, by their text. */
  readonly #known = new Map<string, Map<string, WorkloadName>>();

  /** @param clusterDomain Under which names of Services end, as `cluster.local`. */
  constructor(clusterDomain: string) {
    this.#serviceSuffix = `.svc.${clusterDomain.toLowerCase()}`;
  }

  learnLookup(lookup: Lookup): void {
    const key = keyOf(lookup);
    const before = this.#asked.get(key);
    if (before === undefined || before.at <= lookup.at) this.#asked.set(key, lookup);
    this.#learn(lookup.ip, this.named(lookup.name));
  }

  /** Only a Service's pods are known by its name: what is behind a name outside is nobody's. */
  learnTranslation({ called, reached }: Translation): void {
    if (called.namespace !== '') this.#learn(reached, called);
  }

  /**
   * What a DNS name stands for: a Service (`<service>.<namespace>.svc.<domain>`, a pod's name may stand before it; the
   * specification of Kubernetes DNS), else itself, without a namespace.
   */
  named(name: string): WorkloadName {
    if (!name.endsWith(this.#serviceSuffix)) return { namespace: '', name };
    const [namespace, service] = name.slice(0, -this.#serviceSuffix.length).split('.').reverse();
    return namespace && service ? { namespace, name: service } : { namespace: '', name };
  }

  /** The address that a client called: by the name for which it got the address, else as `host` says. */
  server(call: { readonly client: string; readonly ip: string }): WorkloadName {
    const asked = this.#asked.get(keyOf(call));
    return asked === undefined ? this.host(call.ip) : this.named(asked.name);
  }

  /** Its only name; the address itself where there is none, or more than one. */
  host(ip: string): WorkloadName {
    const [only, ...others] = this.#known.get(ip)?.values() ?? [];
    return only === undefined || others.length > 0 ? { namespace: '', name: ip } : only;
  }

  #learn(ip: string, place: WorkloadName): void {
    const names = this.#known.get(ip) ?? new Map<string, WorkloadName>();
    this.#known.set(ip, names.set(`${place.namespace}/${place.name}`, place));
  }
}

function keyOf({ client, ip }: { readonly client: string; readonly ip: string }): string {
  return `${client} ${ip}`;
}
