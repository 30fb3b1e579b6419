import { parseIpv6 } from '@network-mapper/model';
import type { PodRange } from '../resolve/lookups.ts';
import { IpRanges } from './ip-ranges.ts';

/** Networks in which an address is likely a pod's. */
export class PodNetworks {
  #ofNodes = new IpRanges();
  readonly #neighbourhoods = new Set<string>();

  /** The networks that nodes have for their pods (`spec.podCIDRs`). */
  nodesChanged(cidrs: Iterable<string>): void {
    this.#ofNodes = new IpRanges();
    for (const cidr of cidrs) this.#ofNodes.add(cidr);
  }

  /** A pod has this address. */
  add(address: string): void {
    this.#neighbourhoods.add(neighbourhood(address));
  }

  rangeOf(address: string): PodRange {
    if (this.#ofNodes.has(address)) return 'node-range';
    const isNear = this.#neighbourhoods.has(neighbourhood(address)) || (this.#isUnexplored && isPrivate(address));
    return isNear ? 'near-pods' : 'none';
  }

  /** No node says where its pods are, and no pod is known: the first ones are about to come. */
  get #isUnexplored(): boolean {
    return this.#ofNodes.size === 0 && this.#neighbourhoods.size === 0;
  }
}

/**
 * The /16 or /48 in which an address's neighbours are, by its first numbers, for CNIs that give pods other addresses
 * than the nodes say (Calico's own address management, Cilium's pools): they take blocks out of a network that is
 * seldom smaller than this.
 */
function neighbourhood(address: string): string {
  if (!address.includes(':')) return address.slice(0, address.indexOf('.', address.indexOf('.') + 1));
  return (parseIpv6(address) ?? []).slice(0, 3).join(':');
}

/** Addresses that are not of the public Internet: RFC 1918, RFC 6598, RFC 4193. */
const privateRanges = new IpRanges();
for (const cidr of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'])
  privateRanges.add(cidr);

function isPrivate(address: string): boolean {
  return privateRanges.has(address);
}
