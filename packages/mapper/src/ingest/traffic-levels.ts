import type { TrafficLevelResult } from '@network-mapper/api';
import { skipped } from '../resolve/resolution.ts';
import type { CloudParts } from './cloud.ts';
import type { Fact } from './fact.ts';

/** Amounts of traffic between addresses, from now. */
export function trafficLevelFacts(
  results: readonly TrafficLevelResult[],
  { resolver, map, excludedNamespaces, now }: CloudParts,
): Iterable<Fact> {
  return results.map(({ srcIP, dstIP, bytesSent: bytes, flows }) => {
    const at = now();
    return {
      evidence: 'TRAFFIC_LEVEL',
      clientName: srcIP,
      serverName: dstIP,
      at,
      settle: () => {
        const source = resolver.workloadAt(srcIP);
        if (source.kind !== 'resolved') return source;
        const destination = resolver.workloadAt(dstIP);
        if (destination.kind !== 'resolved') return destination;
        for (const { namespace } of [source.workload, destination.workload]) {
          if (excludedNamespaces.has(namespace)) return skipped('excluded-namespace', namespace);
        }
        map.trafficLevels.add({ source: source.workload, destination: destination.workload, bytes, flows, at });
        return undefined;
      },
    };
  });
}
