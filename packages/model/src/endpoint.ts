/** A port of a server as it was called, and the port of the pod behind it. */
export interface Endpoint {
  readonly port: number;
  /** Null when it was not seen and does not follow from the Service. */
  readonly targetPort: number | null;
  /** Null when the source does not say. */
  readonly protocol: Protocol | null;
}

export type Protocol = 'TCP' | 'UDP';

/**
 * Endpoints, ascending by port, target and protocol, each packed into one number. Most edges have none or one: then
 * there is no list.
 */
export type EndpointSet = number | readonly number[] | undefined;

/** Endpoints of one edge: whoever calls more ports scans them. */
export const mostEndpoints = 1_024;

/** The set with another endpoint, or the set itself where it has it already or is full. */
export function withEndpoint(set: EndpointSet, endpoint: Endpoint): EndpointSet {
  const packed = pack(endpoint);
  if (set === undefined) return packed;
  if (set === packed) return set;
  const list = typeof set === 'number' ? [set] : set;
  const at = placeOf(list, packed);
  if (list[at] === packed || list.length >= mostEndpoints) return set;
  return list.toSpliced(at, 0, packed);
}

export function toEndpoints(set: EndpointSet): readonly Endpoint[] {
  return (set === undefined ? [] : typeof set === 'number' ? [set] : set).map(unpack);
}

export function hasPort(set: EndpointSet, port: number): boolean {
  if (typeof set === 'number') return unpack(set).port === port;
  return set?.some(packed => unpack(packed).port === port) === true;
}

/** The ports that were called, ascending, each once. */
export function toPorts(set: EndpointSet): readonly number[] {
  return typeof set === 'object'
    ? [...new Set(set.map(packed => unpack(packed).port))]
    : toEndpoints(set).map(({ port }) => port);
}

/** 16 bits of port, 16 of target (0 for none), 2 of protocol: less than 2⁵³, so a number holds them exactly. */
function pack({ port, targetPort, protocol }: Endpoint): number {
  return (port * 65_536 + (targetPort ?? 0)) * 4 + (protocol === null ? 0 : protocol === 'TCP' ? 1 : 2);
}

function unpack(packed: number): Endpoint {
  const protocol = packed % 4;
  const targetPort = Math.floor(packed / 4) % 65_536;
  return {
    port: Math.floor(packed / 262_144),
    targetPort: targetPort === 0 ? null : targetPort,
    protocol: protocol === 0 ? null : protocol === 1 ? 'TCP' : 'UDP',
  };
}

/** The first place whose number is not smaller. */
function placeOf(list: readonly number[], packed: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < packed) low = middle + 1;
    else high = middle;
  }
  return low;
}
