import { isIPv4 } from 'node:net';
import { parseIpv6 } from '@network-mapper/model';

interface Networks {
  /** Groups of 16 bits: two for IPv4, eight for IPv6. */
  readonly groups: number;
  readonly prefix: number;
  /** The networks' leading bits. */
  readonly leading: Set<string>;
}

/**
 * A set of networks. Asking costs the number of different prefix lengths in it, which is small; `net.BlockList` looks
 * at every network in turn, and a large cluster has one for each of thousands of nodes.
 */
export class IpRanges {
  /** By family and prefix length. */
  readonly #networks = new Map<string, Networks>();
  /** What was added, as text: the same network is added for each pod of a node. */
  readonly #added = new Set<string>();

  get size(): number {
    return this.#networks.size;
  }

  /** Adds a network such as `10.244.1.0/24`; text that is none is ignored, and false is returned. */
  add(cidr: string): boolean {
    if (this.#added.has(cidr)) return true;
    const slash = cidr.lastIndexOf('/');
    const address = parseGroups(cidr.slice(0, slash));
    const prefix = Number(cidr.slice(slash + 1));
    if (address === undefined || slash < 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > address.length * 16)
      return false;
    const key = `${address.length}/${prefix}`;
    let networks = this.#networks.get(key);
    if (networks === undefined) {
      networks = { groups: address.length, prefix, leading: new Set() };
      this.#networks.set(key, networks);
    }
    networks.leading.add(leadingBits(address, prefix));
    this.#added.add(cidr);
    return true;
  }

  has(text: string): boolean {
    if (this.#networks.size === 0) return false;
    const address = parseGroups(text);
    if (address === undefined) return false;
    for (const { groups, prefix, leading } of this.#networks.values()) {
      if (groups === address.length && leading.has(leadingBits(address, prefix))) return true;
    }
    return false;
  }
}

function parseGroups(text: string): readonly number[] | undefined {
  if (!isIPv4(text)) return parseIpv6(text);
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

function leadingBits(groups: readonly number[], prefix: number): string {
  return groups.map((group, at) => group >> (16 - Math.max(0, Math.min(16, prefix - at * 16)))).join(':');
}
