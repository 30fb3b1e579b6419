/** A set of ports. Most edges have none or one, so one port is kept as itself; more are a list in ascending order. */
export type PortSet = number | readonly number[] | undefined;

export function withPort(ports: PortSet, port: number | null | undefined): PortSet {
  if (typeof port !== 'number' || port <= 0 || port > 65535 || port === ports) return ports;
  if (ports === undefined) return port;
  const known = toPorts(ports);
  return known.includes(port) ? ports : [...known, port].sort((a, b) => a - b);
}

export function toPorts(ports: PortSet): readonly number[] {
  return ports === undefined ? [] : typeof ports === 'number' ? [ports] : ports;
}

export function hasPort(ports: PortSet, port: number): boolean {
  return typeof ports === 'number' ? ports === port : ports?.includes(port) === true;
}
