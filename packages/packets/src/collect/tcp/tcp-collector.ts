import { mostSourcePorts, type Sighting } from '@network-mapper/model';
import { addressKey, addressPairKey, formatAddress, type PackedAddress } from '../../decode/address.ts';
import type { Packet } from '../../decode/packet.ts';
import { Coalescer, type Coalescable } from '../coalescer.ts';
import type { CollectorOptions, EmitOptions, PacketCollector, Passage } from '../collector.ts';
import { synFilters } from '../syn-filter.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { TcpOpens, type Endpoint, type OpenedConnection, type Outcome } from './tcp-opens.ts';

export interface TcpCollectorOptions extends CollectorOptions {
  /** UID of the pod whose process opened a connection, where several share the client's address. */
  readonly callerOf?: ((client: Endpoint, called: Endpoint) => string | undefined) | undefined;
  /** Packets that the capture has lost since its start. */
  readonly lost: () => number;
}

/** Connections of one client to one server, since the last time they were emitted. */
interface Flow extends Coalescable {
  readonly client: PackedAddress;
  readonly podUid: string | undefined;
  readonly called: Endpoint;
  readonly reached: Endpoint;
  readonly outcome: Outcome;
  connections: number;
  sourcePorts: number[];
}

/** Ports of one server that a client may have tried in vain within a minute. */
const mostAttempts = 1024;

/** New TCP connections, those of one client to one server as one. */
export class TcpCollector implements PacketCollector {
  readonly filters = synFilters;
  readonly #options: TcpCollectorOptions;
  readonly #opens: TcpOpens;
  readonly #flows: Coalescer<Flow>;
  readonly #attempts = new AttemptLimit(mostAttempts);

  constructor(options: TcpCollectorOptions) {
    this.#options = options;
    this.#opens = new TcpOpens({ onOpen: connection => this.#take(connection), lost: options.lost });
    this.#flows = new Coalescer({
      emit: flow => options.record(takeSighting(flow)),
      holdBack: 0,
      emitEvery: options.emitEvery,
    });
  }

  observe(packet: Packet, passage: Passage): void {
    if (packet.kind !== 'tcp' || !packet.syn) return;
    const problem = this.#opens.observe(packet, passage);
    if (problem !== undefined) this.#options.skipped.add(problem);
  }

  emitDue(now: number, options?: EmitOptions): boolean {
    if (!this.#flows.isEmitting || now === Infinity) this.#opens.handOverDue(now);
    return this.#flows.emitDue(now, options);
  }

  #take(connection: OpenedConnection): void {
    const flow = this.#flow(connection);
    if (flow === undefined) {
      this.#options.skipped.add('too-many-attempts');
      return;
    }
    if (connection.isFirst) flow.connections++;
    // An attempt that nobody answered is no call: its ports count for nothing.
    const isCall = connection.outcome !== 'unanswered';
    if (isCall && flow.sourcePorts.length < mostSourcePorts) flow.sourcePorts.push(connection.client.port);
    this.#flows.observe(flow, connection.time);
  }

  #flow({ client, called, reached, outcome, time }: OpenedConnection): Flow | undefined {
    const podUid = this.#options.callerOf?.(client, called);
    const number = called.port * 4 + outcomeNumber[outcome];
    const key =
      addressPairKey(client.address, called.address, number) +
      (isTranslated(called, reached) ? addressKey(reached.address) + String.fromCharCode(reached.port) : '') +
      (podUid ?? '');
    const known = this.#flows.get(key);
    if (known !== undefined) return known;
    if (outcome !== 'accepted' && !this.#attempts.allows({ client: client.address, server: called.address }, time))
      return undefined;
    const counts = { connections: 0, sourcePorts: [], firstSeen: 0, lastSeen: 0, seen: 0, emitted: -Infinity };
    const asCalled = { ...called };
    const asReached = isTranslated(called, reached) ? { ...reached } : asCalled;
    const flow: Flow = { client: client.address, podUid, called: asCalled, reached: asReached, outcome, ...counts };
    this.#flows.add(key, flow);
    return flow;
  }
}

const outcomeNumber: Readonly<Record<Outcome, number>> = { accepted: 0, unanswered: 1, unknown: 2 };

function isTranslated(called: Endpoint, reached: Endpoint): boolean {
  return called.address !== reached.address || called.port !== reached.port;
}

/** What is new about the flow since it was emitted last. */
function takeSighting(flow: Flow): Sighting {
  const { client, podUid, called, reached, outcome, connections, sourcePorts, firstSeen, lastSeen } = flow;
  flow.connections = 0;
  flow.sourcePorts = [];
  return {
    evidence: 'TCP',
    client: { kind: 'address', ip: formatAddress(client), ...(podUid === undefined ? {} : { podUid }) },
    server: {
      kind: 'address',
      ip: formatAddress(called.address),
      port: called.port,
      ...(isTranslated(called, reached) ? { reached: { ip: formatAddress(reached.address), port: reached.port } } : {}),
    },
    firstAt: firstSeen,
    at: lastSeen,
    count: connections,
    detail: {
      kind: 'connection',
      protocol: 'TCP',
      ...(outcome === 'unknown' ? {} : { accepted: outcome === 'accepted' }),
      sourcePorts,
    },
  };
}
