import { isIPv4 } from 'node:net';

/** An address as a number, for comparing prefixes. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** A set of networks. Asking costs the number of different prefix lengths in it, which is small. */
export class IpRanges {
  /** Networks by family and prefix length: `4/24` -> the networks' leading bits. */
  readonly #networks = new Map<
    string,
    { readonly bits: number; readonly prefix: number; readonly leading: Set<bigint> }
  >();

  /** What was added, as text: the same network is added for each pod of a node. */
  readonly #added = new Set<string>();

  get size(): number {
    return this.#networks.size;
  }

  /** Adds a network such as `10.244.1.0/24`; text that is none is ignored, and false is returned. */
  add(cidr: string): boolean {
    if (this.#added.has(cidr)) return true;
    const slash = cidr.lastIndexOf('/');
    const address = parseAddress(cidr.slice(0, slash));
    const prefix = Number(cidr.slice(slash + 1));
    if (address === undefined || slash < 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > address.bits)
      return false;
    const key = `${address.bits}/${prefix}`;
    let networks = this.#networks.get(key);
    if (networks === undefined) {
      networks = { bits: address.bits, prefix, leading: new Set() };
      this.#networks.set(key, networks);
    }
    networks.leading.add(address.value >> BigInt(address.bits - prefix));
    this.#added.add(cidr);
    return true;
  }

  has(text: string): boolean {
    if (this.#networks.size === 0) return false;
    const address = parseAddress(text);
    if (address === undefined) return false;
    for (const { bits, prefix, leading } of this.#networks.values()) {
      if (bits === address.bits && leading.has(address.value >> BigInt(bits - prefix))) return true;
    }
    return false;
  }
}

function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) {
    const value = text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return { bits: 32, value: BigInt(value) };
  }
  const value = parseIpv6(text);
  return value === undefined ? undefined : { bits: 128, value };
}

/** RFC 4291 section 2.2, without the form that ends in a dotted IPv4 address. */
function parseIpv6(text: string): bigint | undefined {
  if (!/^[0-9a-f:]+$/i.test(text)) return undefined;
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right];
  if (groups.some(group => group === '' || group.length > 4)) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
