import type { Evidence } from './evidence.ts';
import type { Party } from './party.ts';

/**
 * "This party talked to that party", with the evidence for it. Everything that is ever reported is one of these; what
 * only one kind of evidence knows is in `detail`. Times are milliseconds since the epoch, by the clock of the source.
 */
export interface Sighting {
  readonly evidence: Evidence;
  readonly client: Party;
  readonly server: Party;
  readonly firstAt: number;
  /** The latest moment at which it was seen. */
  readonly at: number;
  /** Connections, answers or accesses since the last report. */
  readonly count: number;
  readonly detail: SightingDetail;
}

export type SightingDetail = DnsDetail | ConnectionDetail | KafkaDetail | HttpDetail | CloudDetail | TrafficLevelDetail;

export interface DnsDetail {
  readonly kind: 'dns';
  /** Seconds. */
  readonly ttl?: number | undefined;
}

/** A TCP connection, or a socket that is connected. */
export interface ConnectionDetail {
  readonly kind: 'connection';
  readonly protocol?: 'TCP' | 'UDP' | undefined;
  /** True when the server accepted, false when only attempts were seen; absent where the source does not know. */
  readonly accepted?: boolean | undefined;
  /** Ports of the client, up to `mostSourcePorts` from agents of ours. */
  readonly sourcePorts: readonly number[];
}

export interface KafkaDetail {
  readonly kind: 'kafka';
  readonly topic: string;
  /** As the broker names it. */
  readonly operation: string;
  /** The broker refused it; absent where the source does not say. */
  readonly denied?: boolean | undefined;
  /**
   * Nobody saw it: the topic is assigned to the client as a member of this group, which reads it. Absent for what was
   * seen.
   */
  readonly group?: string | undefined;
}

export interface HttpDetail {
  readonly kind: 'http';
  readonly path: string;
  readonly methods: readonly string[];
  /** It is gRPC; absent where the source does not say. */
  readonly grpc?: boolean | undefined;
  /** Of HTTP, those that were answered; absent where the source does not say. */
  readonly responseCodes?: readonly number[] | undefined;
}

export interface CloudDetail {
  readonly kind: 'cloud';
  /** Actions, or permissions in the words of GCP. */
  readonly actions: readonly string[];
  /** Azure only. */
  readonly dataActions: readonly string[];
  /** AWS only. */
  readonly iamRole?: string | undefined;
  /** AWS only: the credentials are those of EKS Pod Identity. */
  readonly podIdentity?: boolean | undefined;
}

/** An amount of traffic since the last report. */
export interface TrafficLevelDetail {
  readonly kind: 'level';
  readonly bytes: number;
  readonly flows: number;
}

/** Source ports serve to count connections; of a busy client these are enough to distinguish it from a quiet one. */
export const mostSourcePorts = 64;

/** The key under which sightings of the same thing are merged by an agent before they are reported. */
export function sightingKey({ evidence, client, server, detail }: Sighting): string {
  return `${evidence}\n${partyKey(client)}\n${partyKey(server)}\n${detailKey(detail)}`;
}

function partyKey(party: Party): string {
  switch (party.kind) {
    case 'address': {
      const { ip, port, reached, hostname, podUid } = party;
      return `${ip} ${port ?? ''} ${reached?.ip ?? ''} ${reached?.port ?? ''} ${hostname ?? ''} ${podUid ?? ''}`;
    }
    case 'name':
      return `${party.name} ${party.ip ?? ''}`;
    case 'pod':
      return `${party.namespace}/${party.name}`;
    case 'workload':
      return `${party.namespace}/${party.name} ${party.service ?? ''}`;
    case 'resource':
      return party.name;
  }
}

function detailKey(detail: SightingDetail): string {
  switch (detail.kind) {
    case 'connection':
      return detail.protocol ?? '';
    case 'kafka':
      return `${detail.topic} ${detail.operation} ${detail.denied === true ? 'denied' : ''} ${detail.group ?? ''}`;
    case 'http':
      return detail.path;
    case 'cloud':
      return `${detail.iamRole ?? ''} ${detail.podIdentity === true ? 'pod-identity' : ''}`;
    case 'dns':
    case 'level':
      return '';
  }
}

/** Two sightings under one key as one. */
export function mergeSightings(known: Sighting, seen: Sighting): Sighting {
  return {
    ...seen,
    firstAt: Math.min(known.firstAt, seen.firstAt),
    at: Math.max(known.at, seen.at),
    count: known.count + seen.count,
    detail: mergeDetails(known.detail, seen.detail),
  };
}

function mergeDetails(known: SightingDetail, seen: SightingDetail): SightingDetail {
  if (known.kind === 'connection' && seen.kind === 'connection') {
    const accepted = known.accepted === true ? true : (seen.accepted ?? known.accepted);
    return { ...seen, accepted, sourcePorts: mergePorts(known.sourcePorts, seen.sourcePorts) };
  }
  if (known.kind === 'http' && seen.kind === 'http')
    return {
      ...seen,
      methods: union(known.methods, seen.methods),
      grpc: known.grpc === true || seen.grpc,
      responseCodes: union(known.responseCodes ?? [], seen.responseCodes ?? []),
    };
  if (known.kind === 'cloud' && seen.kind === 'cloud')
    return {
      ...seen,
      actions: union(known.actions, seen.actions),
      dataActions: union(known.dataActions, seen.dataActions),
    };
  if (known.kind === 'level' && seen.kind === 'level')
    return { ...seen, bytes: known.bytes + seen.bytes, flows: known.flows + seen.flows };
  return seen;
}

function mergePorts(known: readonly number[], seen: readonly number[]): readonly number[] {
  if (seen.length === 0 || known.length >= mostSourcePorts) return known;
  return known.length === 0 ? seen : union(known, seen).slice(0, mostSourcePorts);
}

function union<T>(known: readonly T[], seen: readonly T[]): readonly T[] {
  return seen.every(item => known.includes(item)) ? known : [...new Set([...known, ...seen])];
}

/** Whether `seen` says more than that what `reported` said goes on. */
export function saysMore(reported: Sighting, seen: Sighting): boolean {
  const [before, now] = [reported.detail, seen.detail];
  if (before.kind === 'connection' && now.kind === 'connection')
    return now.accepted === true && before.accepted === false;
  if (before.kind === 'http' && now.kind === 'http')
    return (
      now.methods.some(method => !before.methods.includes(method)) ||
      (now.responseCodes ?? []).some(code => before.responseCodes?.includes(code) !== true) ||
      (now.grpc === true && before.grpc !== true)
    );
  if (before.kind === 'cloud' && now.kind === 'cloud')
    return (
      now.actions.some(action => !before.actions.includes(action)) ||
      now.dataActions.some(action => !before.dataActions.includes(action))
    );
  return false;
}

/** An attempt that nobody answered can be given up first when there is no room: a port scan makes thousands. */
export function isExpendable({ detail }: Sighting): boolean {
  return detail.kind === 'connection' && detail.accepted === false;
}
