import type { PodRange } from '../resolve/lookups.ts';
import { IpRanges } from './ip-ranges.ts';

/** Networks in which an address is likely a pod's. */
export class PodNetworks {
  #ofNodes = new IpRanges();
  readonly #neighbours = new IpRanges();

  /** The networks that nodes have for their pods (`spec.podCIDRs`). */
  nodesChanged(cidrs: Iterable<string>): void {
    this.#ofNodes = new IpRanges();
    for (const cidr of cidrs) this.#ofNodes.add(cidr);
  }

  /** A pod has this address. */
  add(address: string): void {
    this.#neighbours.add(neighbourhood(address));
  }

  rangeOf(address: string): PodRange {
    if (this.#ofNodes.has(address)) return 'node-range';
    return this.#neighbours.has(address) || (this.#isUnexplored && isPrivate(address)) ? 'near-pods' : 'none';
  }

  /** No node says where its pods are, and no pod is known: the first ones are about to come. */
  get #isUnexplored(): boolean {
    return this.#ofNodes.size === 0 && this.#neighbours.size === 0;
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
