import { isLoopback, isUnspecified, type PackedAddress } from '../decode/address.ts';
import type { TableName } from '../procfs/proc-files.ts';
import { socketStates, type SocketLine } from '../procfs/socket-table.ts';
import type { SkipReason } from '../skip-reason.ts';
import type { Tally } from './tally.ts';

export type Protocol = 'TCP' | 'UDP';

/** Sockets of clients with the same addresses and remote port. */
export interface ClientSockets {
  readonly protocol: Protocol;
  readonly local: PackedAddress;
  readonly remote: PackedAddress;
  readonly remotePort: number;
  /** Of one of them, 0 when no process holds it; of the only one where sockets are told apart by owner. */
  readonly inode: number;
  readonly localPorts: number[];
}

export interface Listener {
  readonly protocol: Protocol;
  readonly address: PackedAddress;
  readonly port: number;
  readonly inode: number;
}

const dnsPort = 53;

/**
 * The sockets of one network namespace, as one reading of its tables shows them: which ports are listened on, and which
 * sockets are clients. A socket whose local port is listened on is the server's side of a connection. The kernel lists
 * listeners first, but that is not relied on; a listener that closed is remembered while it has connections.
 */
export class SocketTables {
  readonly clients = new Map<string, ClientSockets>();
  readonly listeners: Listener[] = [];
  readonly #served: ServedPorts = new Map();
  readonly #servedBefore: ServedPorts;
  readonly #bySocket: boolean;
  readonly #mostPorts: number;
  readonly #skipped: Tally<SkipReason>;
  #connected = 0;

  constructor(options: SocketTablesOptions) {
    this.#servedBefore = options.servedBefore;
    this.#bySocket = options.bySocket;
    this.#mostPorts = options.mostPorts;
    this.#skipped = options.skipped;
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

  /** Takes out of the clients what turned out to be on a listener's side. */
  finish(): void {
    for (const [key, { protocol, local, localPorts }] of this.clients) {
      const clientPorts = localPorts.filter(port => !serves(this.#served, { protocol, address: local, port }));
      if (clientPorts.length === 0) this.clients.delete(key);
    }
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
      this.#skipped.add('loopback');
      return;
    }
    this.#connected++;
    const own = { protocol, address: line.localAddress, port: line.localPort };
    if (serves(this.#served, own)) return;
    if (serves(this.#servedBefore, own)) {
      serve(this.#served, own);
      return;
    }
    if (protocol === 'UDP' && line.remotePort === dnsPort) {
      this.#skipped.add('dns-transport');
      return;
    }
    this.#addClient(protocol, line);
  }

  #addClient(protocol: Protocol, { localAddress, localPort, remoteAddress, remotePort, inode }: SocketLine): void {
    const key = `${protocol} ${localAddress} ${remoteAddress} ${remotePort} ${this.#bySocket ? inode : ''}`;
    const known = this.clients.get(key);
    if (known !== undefined) {
      if (known.localPorts.length < this.#mostPorts) known.localPorts.push(localPort);
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

export interface SocketTablesOptions {
  /** `served` of the reading before. */
  readonly servedBefore: ServedPorts;
  /** Keep each socket apart, because sockets of this namespace belong to different pods. */
  readonly bySocket: boolean;
  /** Local ports that are kept of clients that fall together. */
  readonly mostPorts: number;
  readonly skipped: Tally<SkipReason>;
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
