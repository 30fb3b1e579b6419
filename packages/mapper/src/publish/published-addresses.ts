import { BlockList, isIP } from 'node:net';
import { normalAddress } from '@network-mapper/model';

/**
 * Networks whose addresses no name of the Internet leads to (IANA IPv4 and IPv6 Special-Purpose Address Registries): an
 * operator that opens what DNS answered would open the cluster, its nodes or a neighbour to whoever can make up a name.
 * Networks for documentation are left out: nothing is there.
 */
const special = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  '64:ff9b:1::/48',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];

/** Which addresses may be written into ClientIntents: public ones, and those in networks that the operator allows. */
export class PublishedAddresses {
  readonly #special = toBlockList(special);
  readonly #allowed: BlockList;

  /** `allowed` are networks such as `10.20.0.0/16`; text that is none is an error of the configuration. */
  constructor(allowed: readonly string[]) {
    this.#allowed = toBlockList(allowed);
  }

  has(text: string): boolean {
    // An IPv4 address that is mapped into IPv6 is that IPv4 address.
    const address = normalAddress(text);
    const family = address === undefined ? undefined : familyOf(address);
    if (address === undefined || family === undefined) return false;
    return this.#allowed.check(address, family) || !this.#special.check(address, family);
  }
}

/** Whether a text is a network in CIDR notation (RFC 4632 section 3.1). */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = Number(prefix);
  const longest = familyOf(address) === 'ipv6' ? 128 : 32;
  return rest.length === 0 && isIP(address) !== 0 && /^\d+$/.test(prefix ?? '') && bits <= longest;
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    list.addSubnet(address, Number(prefix), familyOf(address) ?? 'ipv4');
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}
