import type { IstioConnection } from '@network-mapper/api';
import { throughService } from '@network-mapper/model';
import { skipped } from '../resolve/resolution.ts';
import type { Fact } from './fact.ts';
import type { WorkloadReportParts } from './kafka.ts';

export type IstioReport = Omit<IstioConnection, 'lastSeen'> & { readonly lastSeen: number };

/** Requests that Envoy counted. The workloads are named by Istio itself, so neither addresses nor times are looked at. */
export function istioFacts(
  reports: readonly IstioReport[],
  { resolver, lookups, map, excludedNamespaces }: WorkloadReportParts,
): Iterable<Fact> {
  return reports.map(report => ({
    evidence: 'ISTIO',
    clientName: `${report.srcWorkloadNamespace}/${report.srcWorkload}`,
    serverName: `${report.dstWorkloadNamespace}/${report.dstWorkload}`,
    at: report.lastSeen,
    settle: () => {
      const source = lookups.podOfIstioWorkload({ name: report.srcWorkload, namespace: report.srcWorkloadNamespace });
      const destination = lookups.podOfIstioWorkload({
        name: report.dstWorkload,
        namespace: report.dstWorkloadNamespace,
      });
      if (source === undefined || destination === undefined) return skipped('unknown-workload', source?.namespace);
      const client = resolver.podWorkload(source, null);
      if (client.kind !== 'resolved') return client;
      const server = resolver.podWorkload(destination, null);
      if (server.kind !== 'resolved') return server;
      for (const { namespace } of [source, destination])
        if (excludedNamespaces.has(namespace)) return skipped('excluded-namespace', namespace);
      map.intents.add({
        client: client.workload,
        clientFound: null,
        server: throughService(server.workload, report.dstServiceName === '' ? null : report.dstServiceName),
        serverFound: null,
        type: 'HTTP',
        how: 'handleReportIstioConnectionResults',
        evidence: 'ISTIO',
        at: report.lastSeen,
        firstAt: report.lastSeen,
        count: 1,
        port: null,
        protocol: 'TCP',
        clientPorts: undefined,
        resource: { path: report.path, methods: report.methods },
        candidates: [],
      });
      return undefined;
    },
  }));
}
