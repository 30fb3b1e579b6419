import { setImmediate as nextTurn } from 'node:timers/promises';
import { formatAddress } from '../decode/address.ts';
import { tableNames, type ProcFiles, type SocketCounts, type Unreadable } from '../procfs/proc-files.ts';
import { SocketTableParser } from '../procfs/socket-table.ts';
import { mostSourcePorts, type Sighting } from '../sighting.ts';
import type { SkipReason } from '../skip-reason.ts';
import type { RecordSighting } from './collector.ts';
import type { ListenerPods } from './listener-pods.ts';
import type { ScanPace } from './scan-pace.ts';
import { SocketTables, type ClientSockets, type ServedPorts } from './socket-tables.ts';
import type { Tally } from './tally.ts';

export interface OpenSocketsOptions {
  readonly proc: ProcFiles;
  readonly record: RecordSighting;
  readonly skipped: Tally<SkipReason>;
  /** Ask each process's `/etc/hostname` first, then its environment. */
  readonly hostnameFiles: boolean;
  readonly pace: ScanPace;
  readonly listenerPods: ListenerPods;
}

interface Process {
  readonly namespace: string;
  readonly podUid: string | undefined;
  /** It was of no pod in an earlier scan as well. */
  readonly settled: boolean;
}

/** What is remembered of a network namespace from scan to scan. */
interface Namespace {
  hostname: string | undefined;
  /** Processes whose hostname was asked for in vain. */
  readonly nameless: Set<number>;
  served: ServedPorts;
  /** Pod of each socket, where sockets of the namespace belong to different pods; undefined for sockets of the node. */
  owners: Map<number, string | undefined>;
  counts: SocketCounts | undefined;
  /** Milliseconds of a monotonic clock; of the last reading, and whether it found connections. */
  readAt: number;
  connected: boolean;
}

/** Processes that are looked at in one turn of the event loop: about a millisecond. */
const processesPerTurn = 128;
/** Milliseconds for which a namespace whose counters stand still, and which had no connections, is not read again. */
const quietFor = 30_000;

/**
 * The connections that are open in all network namespaces of the node, from the socket tables under `/proc`. Each
 * namespace is read once, not once per process, and only when its counters say that there is something to read.
 */
export class OpenSockets {
  readonly #options: OpenSocketsOptions;
  #processes = new Map<number, Process>();
  #namespaces = new Map<string, Namespace>();
  /** The network namespace of this process. */
  #own: string | undefined;

  constructor(options: OpenSocketsOptions) {
    this.#options = options;
  }

  /** One look at everything. Throws when there is no `/proc` where it should be. */
  async scan(signal: AbortSignal): Promise<void> {
    const { proc, pace } = this.#options;
    const own = proc.networkNamespace('self');
    this.#own = typeof own === 'string' ? undefined : own.id;
    const byNamespace = await this.#group(proc.processes());
    for (const key of this.#namespaces.keys()) if (!byNamespace.has(key)) this.#namespaces.delete(key);
    for (const [key, pids] of byNamespace) {
      if (signal.aborted) return;
      await this.#scanNamespace(key, { pids, signal });
      await pace.afterStep(signal);
      await nextTurn(); // Packets have their turn, also between namespaces that need no waiting for.
    }
  }

  /** Processes by network namespace; forgets those that ended. */
  async #group(pids: readonly number[]): Promise<ReadonlyMap<string, readonly number[]>> {
    const processes = new Map<number, Process>();
    for (let at = 0; at < pids.length; at += processesPerTurn) {
      const some = pids.slice(at, at + processesPerTurn);
      const found = this.#options.pace.step(() => some.map(pid => ({ pid, namespace: this.#namespaceOf(pid) })));
      for (const { pid, namespace } of found) {
        if (namespace !== undefined) processes.set(pid, await this.#process(pid, namespace));
      }
      await nextTurn();
    }
    this.#processes = processes;
    return Map.groupBy(processes.keys(), pid => processes.get(pid)?.namespace ?? '');
  }

  #namespaceOf(pid: number): string | undefined {
    const namespace = this.#options.proc.networkNamespace(pid);
    if (namespace === 'not-permitted') this.#options.skipped.add('namespace-not-permitted');
    return typeof namespace === 'string' ? undefined : namespace.id;
  }

  /**
   * A process cannot leave its pod, and a process id is not given again so soon in the same namespace. One of no pod is
   * asked twice: a container's first process joins the pod's control group a moment after it began.
   */
  async #process(pid: number, namespace: string): Promise<Process> {
    const before = this.#processes.get(pid);
    const known = before?.namespace === namespace ? before : undefined;
    if (known !== undefined && (known.podUid !== undefined || known.settled)) return known;
    return { namespace, podUid: await this.#options.proc.podUid(pid), settled: known !== undefined };
  }

  async #scanNamespace(key: string, { pids, signal }: Omit<Members, 'pid'>): Promise<void> {
    for (const pid of pids) {
      const outcome = await this.#readNamespace(key, { pid, pids, signal });
      if (outcome === 'gone') continue; // Another process of the namespace may still be there.
      if (outcome === 'not-permitted') this.#options.skipped.add('namespace-not-permitted');
      return;
    }
    this.#options.skipped.add('namespace-gone');
  }

  #remembered(key: string): Namespace {
    const known = this.#namespaces.get(key);
    if (known !== undefined) return known;
    const created: Namespace = {
      hostname: undefined,
      nameless: new Set(),
      served: new Map(),
      owners: new Map(),
      counts: undefined,
      readAt: -Infinity,
      connected: false,
    };
    this.#namespaces.set(key, created);
    return created;
  }

  async #readNamespace(key: string, { pid, pids, signal }: Members): Promise<Unreadable | undefined> {
    const namespace = this.#remembered(key);
    const { proc, pace } = this.#options;
    const counts = pace.step(() => proc.socketCounts(pid));
    if (typeof counts === 'string') return counts;
    const now = performance.now();
    if (isQuiet(namespace, { counts, now })) return undefined;
    const podUids = new Set(pids.map(member => this.#processes.get(member)?.podUid));
    const shared = podUids.size > 1;
    const tables = await this.#readTables(namespace, { pid, counts, bySocket: shared, signal });
    if (tables === 'gone' || tables === 'not-permitted') return tables;
    namespace.counts = counts;
    namespace.readAt = now;
    namespace.connected = tables.connected > 0;
    namespace.served = tables.served;
    if (shared) await this.#findOwners(namespace, { tables, pids });
    if (shared && key === this.#own) this.#findListeners(namespace, tables);
    if (tables.clients.size > 0) await this.#findHostname(namespace, pids);
    const [podUid] = shared ? [] : podUids;
    const seenAt = Date.now();
    for (const client of tables.clients.values()) {
      const owner = shared ? namespace.owners.get(client.inode) : podUid;
      this.#options.record(toSighting(client, { seenAt, hostname: namespace.hostname ?? '', podUid: owner }));
    }
    return undefined;
  }

  async #readTables(
    namespace: Namespace,
    { pid, counts, bySocket, signal }: Reading,
  ): Promise<SocketTables | Unreadable> {
    const { proc, skipped, pace } = this.#options;
    const tables = new SocketTables({
      servedBefore: namespace.served,
      bySocket,
      mostPorts: mostSourcePorts,
      skipped,
    });
    for (const table of tableNames) {
      if (counts[table] === 0) continue;
      const parser = new SocketTableParser(
        line => tables.add(table, line),
        () => skipped.add('socket-malformed'),
      );
      const problem = await proc.readTable(pid, { table, onChunk: chunk => pace.step(() => parser.push(chunk)) });
      if (problem !== undefined) return problem;
      parser.end();
      await pace.afterStep(signal);
    }
    tables.finish();
    return tables;
  }

  /** Looks through the pods' processes for sockets that are not known yet. */
  async #findOwners(
    namespace: Namespace,
    { tables, pids }: { readonly tables: SocketTables; readonly pids: readonly number[] },
  ): Promise<void> {
    const sockets = [...tables.clients.values(), ...tables.listeners]
      .map(({ inode }) => inode)
      .filter(inode => inode !== 0);
    const owners = new Map(sockets.map(inode => [inode, namespace.owners.get(inode)]));
    if (sockets.some(inode => !namespace.owners.has(inode))) {
      for (const pid of pids) {
        const podUid = this.#processes.get(pid)?.podUid;
        if (podUid === undefined) continue;
        const inodes = await this.#options.proc.socketInodes(pid);
        if (typeof inodes === 'string') continue; // It ended, or is not for us to read: its sockets count as the node's.
        for (const inode of inodes) if (owners.has(inode)) owners.set(inode, podUid);
      }
    }
    namespace.owners = owners;
  }

  #findListeners({ owners }: Namespace, { listeners }: SocketTables): void {
    this.#options.listenerPods.replace(
      listeners.flatMap(listener => {
        const podUid = owners.get(listener.inode);
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
      const inContainer = this.#processes.get(pid)?.podUid !== undefined;
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

interface Reading {
  readonly pid: number;
  readonly counts: SocketCounts;
  readonly bySocket: boolean;
  readonly signal: AbortSignal;
}

function isQuiet(
  namespace: Namespace,
  { counts, now }: { readonly counts: SocketCounts; readonly now: number },
): boolean {
  if (tableNames.every(table => counts[table] === 0)) return true;
  const { counts: before } = namespace;
  return (
    before !== undefined &&
    !namespace.connected &&
    now - namespace.readAt < quietFor &&
    tableNames.every(table => counts[table] === before[table])
  );
}

interface Owner {
  readonly seenAt: number;
  readonly hostname: string;
  readonly podUid: string | undefined;
}

function toSighting(sockets: ClientSockets, { seenAt, hostname, podUid }: Owner): Sighting {
  const remote = formatAddress(sockets.remote);
  return {
    client: { ip: formatAddress(sockets.local), hostname, ...(podUid === undefined ? {} : { podUid }) },
    server: { name: remote, ip: remote, port: sockets.remotePort },
    protocol: sockets.protocol,
    ...(sockets.protocol === 'TCP' ? { accepted: true } : {}),
    sourcePorts: sockets.localPorts,
    firstSeen: seenAt,
    lastSeen: seenAt,
  };
}
