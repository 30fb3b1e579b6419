import type { PortRange } from '../../procfs/proc-files.ts';
import type { Ends, Endpoint } from './recent-syns.ts';

export interface ConnectedSocket {
  readonly protocol: 'TCP' | 'UDP';
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export interface SideEvidence {
  /** From which the kernel takes a client's port. */
  readonly ephemeral: PortRange;
  /** Whether a SYN was seen from one end to the other. */
  readonly opened: (ends: Ends) => boolean;
  /** Whether another socket has the same local endpoint and another port on the other side. */
  readonly isShared: boolean;
}

/**
 * Is this the client's socket, though the port may be a server's that nobody listens on any longer (a server that
 * drains), or that a transparent proxy took? By the SYN where it was seen, else by the ports:
 *
 * - A client's port is one that the kernel chose, unless it asked for one: `ip_local_port_range` (ip-sysctl.rst).
 * - Many connections of one local port to as many remote ports are a server's.
 * - `connect` takes ports of the parity of the range's lower end as long as there are any (inet_hashtables.c of Linux
 *   since 4.2).
 * - Of two ports that nobody chose, the lower one is the server's.
 */
export function isClientSide({ protocol, local, remote }: ConnectedSocket, evidence: SideEvidence): boolean {
  if (evidence.opened({ client: local, server: remote })) return true;
  if (evidence.opened({ client: remote, server: local })) return false;
  const { ephemeral, isShared } = evidence;
  const [localChosen, remoteChosen] = [local, remote].map(({ port }) => isIn(ephemeral, port));
  if (localChosen !== remoteChosen) return localChosen === true;
  if (localChosen !== true) return remote.port <= local.port;
  if (isShared) return false;
  if (protocol === 'UDP') return true; // UDP ports are chosen at random.
  const [localEven, remoteEven] = [local, remote].map(({ port }) => (port - ephemeral.first) % 2 === 0);
  return localEven === true || remoteEven !== true;
}

export function isIn({ first, last }: PortRange, port: number): boolean {
  return port >= first && port <= last;
}
