import { createHash } from 'node:crypto';
import { toEndpoints, type Edge, type ServiceIdentity } from '@network-mapper/model';
import { formatTime } from '../../time.ts';
import type { EventKind } from './event-kinds.ts';

/** A CloudEvent 1.0 in the structured JSON form (github.com/cloudevents/spec, `json-format.md`). */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** The same whenever the same change of this mapper's map is posted again. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: object;
}

/** Edges of these kinds have events; amounts of traffic are none that come and go. */
export type EventEdge = Exclude<Edge, { kind: 'traffic-level' }>;

const types: Readonly<Record<EventKind, string>> = {
  'edge-added': 'network-mapper.edge.added',
  'edge-removed': 'network-mapper.edge.removed',
  'outside-name-added': 'network-mapper.outside-name.added',
};

/** What happened to an edge, as the mapper says it that calls itself `source` (a URI reference). */
export function toCloudEvent(kind: EventKind, edge: EventEdge, source: string): CloudEvent {
  const subject = kind === 'outside-name-added' && edge.kind === 'external' ? edge.dnsName : subjectOf(edge);
  const identity = JSON.stringify([
    kind,
    edge.kind,
    subject,
    edge.kind === 'intent' ? edge.type : null,
    edge.firstSeen,
  ]);
  return {
    specversion: '1.0',
    id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    source,
    type: types[kind],
    subject,
    time: formatTime(kind === 'edge-removed' ? edge.lastSeen : edge.firstSeen),
    datacontenttype: 'application/json',
    data: dataOf(edge),
  };
}

/** Namespaces of the sides that are in the cluster. */
export function namespacesOf(edge: EventEdge): readonly string[] {
  switch (edge.kind) {
    case 'intent':
      return [edge.client.namespace, edge.server.namespace];
    case 'incoming':
      return [edge.server.namespace];
    case 'external':
    case 'cloud':
      return [edge.client.namespace];
  }
}

function subjectOf(edge: EventEdge): string {
  switch (edge.kind) {
    case 'intent':
      return `${edge.client.key} -> ${edge.server.key}`;
    case 'external':
      return `${edge.client.key} -> ${edge.dnsName}`;
    case 'incoming':
      return `${edge.address} -> ${edge.server.key}`;
    case 'cloud':
      return `${edge.client.namespace}/${edge.client.name} -> ${edge.resource}`;
  }
}

function dataOf(edge: EventEdge): object {
  const seen = { firstSeen: formatTime(edge.firstSeen), lastSeen: formatTime(edge.lastSeen), count: edge.count };
  switch (edge.kind) {
    case 'intent':
      return {
        kind: 'intent',
        client: toSide(edge.client),
        server: toSide(edge.server),
        type: edge.type,
        ports: toEndpoints(edge.endpoints).map(({ port }) => port),
        ...seen,
      };
    case 'external':
      return {
        kind: 'external',
        client: toSide(edge.client),
        dnsName: edge.dnsName,
        addresses: [...edge.addresses],
        ...seen,
      };
    case 'incoming':
      return { kind: 'incoming', address: edge.address, server: toSide(edge.server), ...seen };
    case 'cloud':
      return {
        kind: 'cloud',
        client: toSide(edge.client),
        provider: edge.provider,
        resource: edge.resource,
        actions: [...edge.actions],
        ...seen,
      };
  }
}

function toSide({ namespace, name }: ServiceIdentity): ServiceIdentity {
  return { namespace, name };
}
