import { placeOf, sortedBy, type NetworkMap, type WorkloadName } from '../network-map.ts';
import type { Peer, Selected } from './allow-rule.ts';
import { dnsPods } from './dialect.ts';

const problems: Readonly<Record<string, string>> = {
  'unknown-workload': 'no pod belongs to a workload of that name',
  'named-by-override': 'an annotation or label names it, which no selector follows',
  'no-selector': 'its owner selects its pods by nothing',
  expressions: 'its owner selects its pods by expressions',
  unreadable: 'its owner could not be read',
};

type Pods = Extract<Peer, { kind: 'workload' | 'host' }> | { readonly reason: string };

/** What finds the pods of a workload: their labels, or their addresses where they are on the host network. */
export function podsOf({ workloads }: NetworkMap, { name, namespace }: WorkloadName): Pods {
  const found = workloads.find(workload => placeOf(workload) === placeOf({ name, namespace }));
  if (found === undefined) return { reason: 'the snapshot does not say what selects its pods' };
  const { matchLabels, problem, hostAddresses } = found;
  if (hostAddresses.length > 0) return { kind: 'host', workload: { name, namespace }, addresses: hostAddresses };
  if (matchLabels === null || matchLabels.length === 0)
    return { reason: problems[problem ?? 'no-selector'] ?? problem ?? 'it has no selector' };
  return { kind: 'workload', workload: { name, namespace, labels: sortedBy(matchLabels, ({ key }) => key) } };
}

/** Whether pods answer the DNS questions of the whole cluster. */
export function isResolver({ namespace, labels }: Selected): boolean {
  return (
    namespace === dnsPods.namespace &&
    dnsPods.labels.some(({ key, value }) => labels.some(label => label.key === key && label.value === value))
  );
}
