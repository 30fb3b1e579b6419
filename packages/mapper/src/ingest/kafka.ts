import type { KafkaMapperResult, KafkaOperation } from '@network-mapper/api';
import type { Lookups } from '../resolve/lookups.ts';
import { skipped } from '../resolve/resolution.ts';
import type { Resolver } from '../resolve/resolver.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { Fact } from './fact.ts';

export type KafkaReport = Omit<KafkaMapperResult, 'lastSeen'> & { readonly lastSeen: number };

/** Kafka's own names of operations, without letter case and `_`. */
const operations: ReadonlyMap<string, KafkaOperation> = new Map([
  ['all', 'ALL'],
  ['read', 'CONSUME'],
  ['write', 'PRODUCE'],
  ['create', 'CREATE'],
  ['delete', 'DELETE'],
  ['alter', 'ALTER'],
  ['describe', 'DESCRIBE'],
  ['clusteraction', 'CLUSTER_ACTION'],
  ['describeconfigs', 'DESCRIBE_CONFIGS'],
  ['alterconfigs', 'ALTER_CONFIGS'],
  ['idempotentwrite', 'IDEMPOTENT_WRITE'],
]);

export interface WorkloadReportParts {
  readonly resolver: Resolver;
  readonly lookups: Lookups;
  readonly map: TrafficMap;
  readonly excludedNamespaces: ReadonlySet<string>;
}

/** Accesses to topics that a broker logged. */
export function kafkaFacts(
  reports: readonly KafkaReport[],
  { resolver, lookups, map, excludedNamespaces }: WorkloadReportParts,
): Iterable<Fact> {
  return reports.map(({ srcIp, serverPodName, serverNamespace, topic, operation: text, lastSeen: at }) => ({
    evidence: 'KAFKA',
    clientName: srcIp,
    serverName: `${serverNamespace}/${serverPodName}`,
    at,
    settle: () => {
      const client = resolver.podAt(srcIp, at);
      if (client.kind !== 'resolved') return client;
      const { namespace } = client.workload;
      const pod = lookups.podNamed({ namespace: serverNamespace, name: serverPodName });
      if (pod === undefined) return skipped('unknown-workload', namespace);
      const server = resolver.podWorkload(pod, null);
      if (server.kind !== 'resolved') return server;
      const operation = operations.get(text.toLowerCase().replaceAll('_', ''));
      if (operation === undefined) return skipped('unknown-operation', namespace);
      if (excludedNamespaces.has(namespace) || excludedNamespaces.has(serverNamespace))
        return skipped('excluded-namespace', namespace);
      map.intents.add({
        client: client.workload,
        clientFound: null,
        server: server.workload,
        serverFound: null,
        type: 'KAFKA',
        how: 'handleReportKafkaMapperResults',
        evidence: 'KAFKA',
        at,
        firstAt: at,
        count: 1,
        port: null,
        protocol: 'TCP',
        clientPorts: undefined,
        topic: { name: topic, operation },
        candidates: [],
      });
      return undefined;
    },
  }));
}
