import { mostSourcePorts, type ReasonCounts, type Sighting } from '@network-mapper/model';
import { TimeSlice, monotonicTime, wallTime } from '@network-mapper/runtime';
import { formatAddress, type RecordSighting } from '@network-mapper/packets';
import type { ControlGroups } from '../../procfs/control-groups.ts';
import { ProcNetParser } from '../../procfs/proc-net-parser.ts';
import {
  defaultEphemeralPorts,
  tableNames,
  type PortRange,
  type ProcFiles,
  type SocketCounts,
  type Unreadable,
} from '../../procfs/proc-files.ts';
import type { SkipReason } from '../../skip-reason.ts';
import type { CpuBudget } from './cpu-budget.ts';
import type { ListenerPods } from './listener-pods.ts';
import { NamespaceSockets, type ClientSockets, type ServedPorts } from './namespace-sockets.ts';
import { Processes } from './processes.ts';
import type { Ends } from './recent-syns.ts';
import { SocketOwners, type HeldSockets } from './socket-owners.ts';

export interface NamespaceScannerOptions {
  readonly proc: ProcFiles;
  readonly record: RecordSighting;
  readonly skipped: ReasonCounts<SkipReason>;
  /** Ask each process's `/etc/hostname` first, then its environment. */
  readonly hostnameFiles: boolean;
  readonly budget: CpuBudget;
  readonly listenerPods: ListenerPods;
  readonly groups: ControlGroups;
  /** Sockets of the node's namespace, asked of the kernel; absent where it does not know. */
  readonly sockets: HeldSockets | undefined;
  /** Whether a SYN was seen lately from one end to the other. */
  readonly opened: (ends: Ends) => boolean;
  /** UDP sockets to them are lookups. */
  readonly dnsPorts: readonly number[];
}

/** What is remembered of a network namespace from scan to scan. */
interface Namespace {
  hostname: string | undefined;
  /** Processes whose hostname was asked for in vain. */
  readonly nameless: Set<number>;
  served: ServedPorts;
  /** Pod of each socket, where sockets of the namespace belong to different pods. */
  readonly owners: SocketOwners;
  lastReading: Reading | undefined;
}

interface Reading {
  readonly counts: SocketCounts;
  /** Milliseconds of a monotonic clock. */
  readonly at: number;
  readonly isConnected: boolean;
}

/** Milliseconds for which a namespace whose counters stand still, and which had no connections, is not read again. */
const quietFor = 30_000;

/**
 * The connections that are open in all network namespaces of the node, from the socket tables under `/proc`. Each
 * namespace is read once, not once per process, and only when its counters say that there is something to read.
 */
export class NamespaceScanner {
  readonly #options: NamespaceScannerOptions;
  readonly #processes: Processes;
  readonly #namespaces = new Map<string, Namespace>();
  /** The network namespace of this process, and where its clients get their ports. */
  #own: { readonly key: string | undefined; readonly ephemeral: PortRange } | undefined;

  constructor(options: NamespaceScannerOptions) {
    this.#options = options;
    this.#processes = new Processes(options);
  }

  /** One look at everything. Throws when there is no `/proc` where it should be. */
  async scan(signal: AbortSignal): Promise<void> {
    const byNamespace = await this.#processes.byNamespace();
    this.#own = this.#lookAtOwn();
    for (const key of this.#namespaces.keys()) if (!byNamespace.has(key)) this.#namespaces.delete(key);
    const slice = new TimeSlice();
    for (const [key, pids] of byNamespace) {
      if (signal.aborted) return;
      await this.#scanNamespace(key, { pids, signal });
      await this.#options.budget.restIfOverBudget(signal);
      await slice.next(); // Packets have their turn, also between namespaces that need no waiting for.
    }
  }

  #lookAtOwn(): { readonly key: string | undefined; readonly ephemeral: PortRange } {
    const { proc } = this.#options;
    const namespace = proc.networkNamespace('self');
    return { key: typeof namespace === 'string' ? undefined : namespace.id, ephemeral: proc.ephemeralPorts() };
  }

  async #scanNamespace(key: string, { pids, signal }: Omit<Members, 'pid'>): Promise<void> {
    for (const pid of pids) {
      const problem = await this.#readNamespace(key, { pid, pids, signal });
      if (problem === 'gone') continue; // Another process of the namespace may still be there.
      if (problem === 'not-permitted') this.#options.skipped.add('namespace-not-permitted');
      return;
    }
    this.#options.skipped.add('namespace-gone');
  }

  #remembered(key: string): Namespace {
    const known = this.#namespaces.get(key);
    if (known !== undefined) return known;
    const owners = new SocketOwners({ ...this.#options, processes: this.#processes });
    const created: Namespace = {
      hostname: undefined,
      nameless: new Set(),
      served: new Map(),
      owners,
      lastReading: undefined,
    };
    this.#namespaces.set(key, created);
    return created;
  }

  async #readNamespace(key: string, members: Members): Promise<Unreadable | undefined> {
    const namespace = this.#remembered(key);
    const { proc, budget } = this.#options;
    const { pid, pids, signal } = members;
    const counts = budget.step(() => proc.socketCounts(pid));
    if (typeof counts === 'string') return counts;
    const at = monotonicTime();
    if (isQuiet(namespace.lastReading, { counts, at })) return undefined;
    const podUids = new Set(pids.map(member => this.#processes.podUid(member)));
    const isShared = podUids.size > 1;
    const isOwn = key === this.#own?.key;
    const sockets = await this.#readTables(namespace, { pid, counts, isShared, isOwn, signal });
    if (sockets === 'gone' || sockets === 'not-permitted') return sockets;
    namespace.lastReading = { counts, at, isConnected: sockets.connected > 0 };
    namespace.served = sockets.served;
    if (isShared) await namespace.owners.find(inodesOf(sockets), { pids, signal, isOwn });
    if (isShared && isOwn) this.#findListeners(namespace, sockets);
    if (sockets.clients.size > 0) await this.#findHostname(namespace, pids);
    const [podUid] = isShared ? [] : podUids;
    const seenAt = wallTime();
    for (const client of sockets.clients.values()) {
      const owner = isShared ? namespace.owners.podUid(client.inode) : podUid;
      this.#options.record(toSighting(client, { seenAt, hostname: namespace.hostname, podUid: owner }));
    }
    return undefined;
  }

  async #readTables(
    { served: servedBefore }: Namespace,
    { pid, counts, isShared, isOwn, signal }: Tables,
  ): Promise<NamespaceSockets | Unreadable> {
    const { proc, skipped, budget } = this.#options;
    const sockets = new NamespaceSockets({
      ...this.#options,
      servedBefore,
      bySocket: isShared,
      mostPorts: mostSourcePorts,
      ephemeral: (isOwn ? this.#own?.ephemeral : undefined) ?? defaultEphemeralPorts,
    });
    for (const table of tableNames) {
      if (counts[table] === 0) continue;
      const parser = new ProcNetParser(
        line => sockets.add(table, line),
        () => skipped.add('socket-malformed'),
      );
      const problem = await proc.readTable(pid, { table, onChunk: chunk => budget.step(() => parser.push(chunk)) });
      if (problem !== undefined) return problem;
      parser.end();
      await budget.restIfOverBudget(signal);
    }
    sockets.finish();
    return sockets;
  }

  #findListeners({ owners }: Namespace, { listeners }: NamespaceSockets): void {
    this.#options.listenerPods.replace(
      listeners.flatMap(listener => {
        const podUid = owners.podUid(listener.inode);
        return podUid === undefined ? [] : [{ ...listener, podUid }];
      }),
    );
  }

  /** The hostname of the namespace's oldest process that has one. */
  async #findHostname(namespace: Namespace, pids: readonly number[]): Promise<void> {
    const { proc, hostnameFiles: filesFirst } = this.#options;
    for (const pid of pids) {
      if (namespace.hostname !== undefined) return;
      if (namespace.nameless.has(pid)) continue;
      const inContainer = this.#processes.podUid(pid) !== undefined;
      namespace.hostname = await proc.hostname(pid, { filesFirst, inContainer });
      if (namespace.hostname === undefined) namespace.nameless.add(pid);
    }
  }
}

interface Members {
  /** The process through which the namespace is read. */
  readonly pid: number;
  readonly pids: readonly number[];
  readonly signal: AbortSignal;
}

interface Tables {
  readonly pid: number;
  readonly counts: SocketCounts;
  readonly isShared: boolean;
  readonly isOwn: boolean;
  readonly signal: AbortSignal;
}

/**
 * No socket at all, or the counters stand still and there was no connection at the last reading, which is not long ago.
 */
function isQuiet(last: Reading | undefined, { counts, at }: Omit<Reading, 'isConnected'>): boolean {
  if (tableNames.every(table => counts[table] === 0)) return true;
  if (last === undefined || last.isConnected || at - last.at >= quietFor) return false;
  return tableNames.every(table => counts[table] === last.counts[table]);
}

/** Without those of sockets that no process holds. */
function inodesOf({ clients, listeners }: NamespaceSockets): readonly number[] {
  return [...clients.values(), ...listeners].map(({ inode }) => inode).filter(inode => inode !== 0);
}

interface Owner {
  readonly seenAt: number;
  readonly hostname: string | undefined;
  readonly podUid: string | undefined;
}

function toSighting(sockets: ClientSockets, { seenAt, hostname, podUid }: Owner): Sighting {
  return {
    evidence: 'SOCKET',
    client: {
      kind: 'address',
      ip: formatAddress(sockets.local),
      ...(hostname === undefined ? {} : { hostname }),
      ...(podUid === undefined ? {} : { podUid }),
    },
    server: { kind: 'address', ip: formatAddress(sockets.remote), port: sockets.remotePort },
    firstAt: seenAt,
    at: seenAt,
    count: 1,
    detail: {
      kind: 'connection',
      protocol: sockets.protocol,
      ...(sockets.protocol === 'TCP' ? { accepted: true } : {}),
      sourcePorts: sockets.localPorts,
    },
  };
}
