import { monotonicTime } from '@network-mapper/runtime';
import type { ConnectedEnds, FoundSocket } from '@network-mapper/pcap';
import { addressBytes, addressPairKey, type TcpPacket } from '@network-mapper/packets';
import type { ControlGroups } from '../../procfs/control-groups.ts';
import type { Endpoint } from './recent-syns.ts';

/** What is asked of the kernel about sockets of the node's network namespace (`SockDiag`). */
export interface SocketLookup {
  find(ends: ConnectedEnds): FoundSocket | undefined;
  findByLocalPort(port: number): readonly FoundSocket[];
}

export interface HostCallersOptions {
  readonly sockets: SocketLookup;
  readonly groups: ControlGroups;
  /** Share of one core that looking through all sockets may take, above 0 and up to 1. */
  readonly share: number;
}

/**
 * Milliseconds for which a caller is remembered; twice as many at the most. It is asked for some hundred milliseconds
 * later.
 */
const rememberFor = 30_000;
const mostRemembered = 16_384;
/** Milliseconds of CPU that may be spent in advance. */
const burst = 50;

/**
 * Which pod on the host network opened a connection, also a short one. When its SYN is seen, the kernel is asked for
 * the socket: by both ends, or, where the called address was translated before any interface saw the packet, by the
 * local port, which costs milliseconds and is done as far as its share of CPU allows.
 */
export class HostCallers {
  readonly #options: HostCallersOptions;
  readonly #startedAt = monotonicTime();
  /** Control group by the ends of the connection, in two generations. */
  #current = new Map<string, number>();
  #previous: ReadonlyMap<string, number> = new Map();
  #generationSince = monotonicTime();
  #spent = 0;

  constructor(options: HostCallersOptions) {
    this.#options = options;
  }

  /** A SYN that a process of the node has just sent. */
  observe({ source, sourcePort, destination, destinationPort }: TcpPacket): void {
    const client = { address: source, port: sourcePort };
    const server = { address: destination, port: destinationPort };
    const key = keyOf(client, server);
    if (this.#get(key) !== undefined) return;
    const socket = this.#find(client, server);
    if (socket === undefined) return;
    this.#remember(key, socket.controlGroup);
    void this.#options.groups.lookFor([socket.controlGroup]);
  }

  /** UID of the pod whose process opened the connection; undefined where it is not known, or a process of the node. */
  podUid(client: Endpoint, server: Endpoint): string | undefined {
    // On most nodes no pod on the host network calls anybody.
    if (this.#current.size + this.#previous.size === 0) return undefined;
    const id = this.#get(keyOf(client, server));
    const group = id === undefined ? undefined : this.#options.groups.get(id);
    return group?.kind === 'of-pod' ? group.uid : undefined;
  }

  #find(client: Endpoint, server: Endpoint): FoundSocket | undefined {
    const { sockets } = this.#options;
    const local = { address: addressBytes(client.address), port: client.port };
    const found = sockets.find({ local, remote: { address: addressBytes(server.address), port: server.port } });
    if (found !== undefined || !this.#mayLookThroughAll()) return found;
    const start = monotonicTime();
    const candidates = sockets.findByLocalPort(client.port);
    this.#spent += monotonicTime() - start;
    const same = candidates.filter(candidate => candidate.local.address.equals(local.address));
    const [first, ...others] = same.length > 0 ? same : candidates;
    return others.every(other => other.controlGroup === first?.controlGroup) ? first : undefined;
  }

  #mayLookThroughAll(): boolean {
    return this.#spent < burst + (monotonicTime() - this.#startedAt) * this.#options.share;
  }

  #get(key: string): number | undefined {
    return this.#current.get(key) ?? this.#previous.get(key);
  }

  #remember(key: string, group: number): void {
    const now = monotonicTime();
    if (this.#current.size >= mostRemembered || now - this.#generationSince >= rememberFor) {
      this.#previous = this.#current;
      this.#current = new Map();
      this.#generationSince = now;
    }
    this.#current.set(key, group);
  }
}

function keyOf(client: Endpoint, server: Endpoint): string {
  return addressPairKey(client.address, server.address, (client.port << 16) | server.port);
}
