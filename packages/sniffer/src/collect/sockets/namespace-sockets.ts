import { isLoopback, isUnspecified, type PackedAddress } from '@network-mapper/packets';
import type { PortRange, TableName } from '../../procfs/proc-files.ts';
import { socketStates, type SocketLine } from '../../procfs/proc-net-parser.ts';
import type { SkipReason } from '../../skip-reason.ts';
import type { ReasonCounts } from '@network-mapper/model';
import { isClientSide, isIn } from './connection-side.ts';
import type { Ends } from './recent-syns.ts';

export type Protocol = 'TCP' | 'UDP';

/** Sockets of clients with the same addresses and remote port. */
export interface ClientSockets {
  readonly protocol: Protocol;
  readonly local: PackedAddress;
  readonly remote: PackedAddress;
  readonly remotePort: number;
  /** Of one of them, 0 when no process holds it; of the only one where each socket is kept apart by its owner. */
  readonly inode: number;
  readonly localPorts: number[];
}

export interface Listener {
  readonly protocol: Protocol;
  readonly address: PackedAddress;
  readonly port: number;
  readonly inode: number;
}

/**
 * The sockets of one network namespace, as one reading of its tables shows them: which ports are listened on, and which
 * sockets are clients. A socket whose local port is listened on is the server's side of a connection; of others
 * `isClientSide` decides. The kernel lists listeners first, but that is not relied on; a listener that closed is
 * remembered while it has connections.
 */
export class NamespaceSockets {
  readonly clients = new Map<string, ClientSockets>();
  readonly listeners: Listener[] = [];
  readonly #served: ServedPorts = new Map();
  readonly #options: NamespaceSocketsOptions;
  /** By local endpoint, the remote port of a socket, or `several`. */
  readonly #remotePorts = new Map<string, number | 'several'>();
  #connected = 0;

  constructor(options: NamespaceSocketsOptions) {
    this.#options = options;
  }

  /** Sockets that are connected, on either side. */
  get connected(): number {
    return this.#connected;
  }

  /** Ports that are listened on, and those that were and have connections still. */
  get served(): ServedPorts {
    return this.#served;
  }

  add(table: TableName, line: SocketLine): void {
    if (table === 'tcp' || table === 'tcp6') this.#addTcp(line);
    else this.#addUdp(line);
  }

  /** Takes out of the clients what turned out to be on a server's side. */
  finish(): void {
    for (const [key, sockets] of this.clients) {
      const { protocol, local } = sockets;
      const clientPorts = sockets.localPorts.filter(port => {
        if (serves(this.#served, { protocol, address: local, port })) return false;
        const isClient = this.#isClientSide(sockets, port);
        if (!isClient) this.#options.skipped.add('server-side');
        return isClient;
      });
      if (clientPorts.length === 0) this.clients.delete(key);
      else sockets.localPorts.splice(0, Infinity, ...clientPorts);
    }
  }

  #isClientSide({ protocol, local, remote, remotePort }: ClientSockets, localPort: number): boolean {
    const { ephemeral, opened } = this.#options;
    return isClientSide(
      { protocol, local: { address: local, port: localPort }, remote: { address: remote, port: remotePort } },
      { ephemeral, opened, isShared: this.#remotePorts.get(`${protocol} ${local} ${localPort}`) === 'several' },
    );
  }

  #addTcp(line: SocketLine): void {
    if (line.state === socketStates.listen) this.#listen('TCP', line);
    else if (line.state === socketStates.established) this.#connect('TCP', line);
  }

  #addUdp(line: SocketLine): void {
    if (line.state === socketStates.established) this.#connect('UDP', line);
    else if (line.state === socketStates.close) this.#listen('UDP', line);
  }

  #listen(protocol: Protocol, { localAddress: address, localPort: port, inode }: SocketLine): void {
    this.listeners.push({ protocol, address, port, inode });
    serve(this.#served, { protocol, address, port });
  }

  #connect(protocol: Protocol, line: SocketLine): void {
    if (isLoopback(line.localAddress) || isLoopback(line.remoteAddress)) {
      this.#options.skipped.add('loopback');
      return;
    }
    this.#connected++;
    const own = { protocol, address: line.localAddress, port: line.localPort };
    if (serves(this.#served, own)) return;
    if (serves(this.#options.servedBefore, own)) {
      serve(this.#served, own);
      return;
    }
    if (protocol === 'UDP' && this.#options.dnsPorts.includes(line.remotePort)) {
      this.#options.skipped.add('dns-transport');
      return;
    }
    this.#noteRemotePort(protocol, line);
    this.#addClient(protocol, line);
  }

  /** Only where the ports do not say which side is the client's. */
  #noteRemotePort(protocol: Protocol, { localAddress, localPort, remotePort }: SocketLine): void {
    const { ephemeral } = this.#options;
    if (!isIn(ephemeral, localPort) || !isIn(ephemeral, remotePort)) return;
    const endpoint = `${protocol} ${localAddress} ${localPort}`;
    const known = this.#remotePorts.get(endpoint) ?? remotePort;
    this.#remotePorts.set(endpoint, known === remotePort ? known : 'several');
  }

  #addClient(protocol: Protocol, { localAddress, localPort, remoteAddress, remotePort, inode }: SocketLine): void {
    const key = `${protocol} ${localAddress} ${remoteAddress} ${remotePort} ${this.#options.bySocket ? inode : ''}`;
    const known = this.clients.get(key);
    if (known !== undefined) {
      if (known.localPorts.length < this.#options.mostPorts) known.localPorts.push(localPort);
      return;
    }
    this.clients.set(key, {
      protocol,
      local: localAddress,
      remote: remoteAddress,
      remotePort,
      inode,
      localPorts: [localPort],
    });
  }
}

export interface NamespaceSocketsOptions {
  /** `served` of the reading before. */
  readonly servedBefore: ServedPorts;
  /** Keep each socket apart, because sockets of this namespace belong to different pods. */
  readonly bySocket: boolean;
  /** Local ports that are kept of clients that fall together. */
  readonly mostPorts: number;
  readonly skipped: ReasonCounts<SkipReason>;
  /** From which the namespace's clients get their ports. */
  readonly ephemeral: PortRange;
  /** Whether a SYN was seen lately from one end to the other. */
  readonly opened: (ends: Ends) => boolean;
  /** UDP sockets to them are lookups, which are seen as DNS answers. */
  readonly dnsPorts: readonly number[];
}

/** Addresses by protocol and port. */
export type ServedPorts = Map<string, Set<PackedAddress>>;

interface Served {
  readonly protocol: Protocol;
  readonly address: PackedAddress;
  readonly port: number;
}

function serve(ports: ServedPorts, { protocol, address, port }: Served): void {
  const key = `${protocol} ${port}`;
  const known = ports.get(key);
  // A listener on all addresses is one, whichever family it says it in.
  const listened = isUnspecified(address) ? 0 : address;
  if (known === undefined) ports.set(key, new Set([listened]));
  else known.add(listened);
}

function serves(ports: ServedPorts, { protocol, address, port }: Served): boolean {
  const addresses = ports.get(`${protocol} ${port}`);
  return addresses !== undefined && (addresses.has(0) || addresses.has(address));
}
