import { evidenceBit, type Evidence } from '@network-mapper/model';
import { TimeSlice } from '@network-mapper/runtime';
import type { TrafficMap } from '../../store/traffic-map.ts';

/** What is counted for telemetry (`EventType` of its API). */
const byEvidence = {
  INTENTS_DISCOVERED_CAPTURE: 'DNS',
  INTENTS_DISCOVERED_SOCKET_SCAN: 'SOCKET',
  INTENTS_DISCOVERED_TCP: 'TCP',
  INTENTS_DISCOVERED_KAFKA: 'KAFKA',
  INTENTS_DISCOVERED_ISTIO: 'ISTIO',
} as const satisfies Readonly<Record<string, Evidence>>;

export type UsageEvent =
  'STARTED' | 'ACTIVE' | 'INTENTS_DISCOVERED' | 'SERVICE_DISCOVERED' | 'NAMESPACE_DISCOVERED' | keyof typeof byEvidence;

/** How large the map is: pairs, services and namespaces of it, and pairs by the kind of evidence for them. */
export async function countUsage({ intents }: Pick<TrafficMap, 'intents'>): Promise<ReadonlyMap<UsageEvent, number>> {
  const kinds = Object.entries(byEvidence) as [keyof typeof byEvidence, Evidence][];
  const counts = new Map<UsageEvent, number>(kinds.map(([event]) => [event, 0]));
  const [services, namespaces] = [new Set<string>(), new Set<string>()];
  const slice = new TimeSlice({ stride: 64, length: 5 });
  let pairs = 0;
  for (const { client, server, evidence } of intents.all()) {
    pairs++;
    services.add(client.key).add(server.key);
    namespaces.add(client.namespace).add(server.namespace);
    for (const [event, kind] of kinds)
      if ((evidence & evidenceBit(kind)) !== 0) counts.set(event, (counts.get(event) ?? 0) + 1);
    if (slice.isOver()) await slice.next();
  }
  return counts
    .set('INTENTS_DISCOVERED', pairs)
    .set('SERVICE_DISCOVERED', services.size)
    .set('NAMESPACE_DISCOVERED', namespaces.size);
}
