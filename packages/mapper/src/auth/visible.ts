import { namedWorkload, type IntentEdge, type TrafficLevelEdge, type Workload } from '@network-mapper/model';
import type { Scope } from './access-reviews.ts';

/** What is shown of a side whose namespace may not be read. */
const hidden: Workload = namedWorkload({ name: 'hidden', namespace: 'hidden' });

export function mayRead(scope: Scope, namespace: string): boolean {
  return scope === 'all' || scope.has(namespace);
}

/**
 * An edge as somebody may see it, when the namespace of its client or server may be read: the other side is hidden then
 * unless it may be read too. Undefined for an edge that may not be seen.
 */
export function visible<E extends IntentEdge | TrafficLevelEdge>(edge: E, scope: Scope): E | undefined {
  if (scope === 'all') return edge;
  const [client, server] = [scope.has(edge.client.namespace), scope.has(edge.server.namespace)];
  if (client && server) return edge;
  if (!client && !server) return undefined;
  const hiddenSide = client ? { server: hidden } : { client: hidden };
  const hiddenProvenance = client ? { serverProvenance: null } : { clientProvenance: null };
  return { ...edge, ...hiddenSide, ...(edge.kind === 'intent' ? hiddenProvenance : {}) };
}
