import type { AwsOperation, AzureOperation, GcpOperation } from '@network-mapper/api';
import { skipped } from '../resolve/resolution.ts';
import type { Resolver } from '../resolve/resolver.ts';
import type { CloudOperationSeen } from '../store/cloud-operations.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { Fact } from './fact.ts';

export interface CloudParts {
  readonly resolver: Resolver;
  readonly map: TrafficMap;
  readonly excludedNamespaces: ReadonlySet<string>;
  readonly now: () => number;
}

/** Who did it: named by the source, or by its address. */
interface Caller {
  readonly client?: { readonly name: string; readonly namespace: string } | null | undefined;
  readonly srcIp?: string | null | undefined;
}

type Operation = Omit<CloudOperationSeen, 'client' | 'at'>;

export function awsFacts(operations: readonly AwsOperation[], parts: CloudParts): Iterable<Fact> {
  return operations.map(({ resource, actions, iamRole, ...caller }) =>
    cloudFact(caller, { provider: 'AWS', resource, actions, dataActions: [], iamRole: iamRole ?? '' }, parts),
  );
}

export function gcpFacts(operations: readonly GcpOperation[], parts: CloudParts): Iterable<Fact> {
  return operations.map(({ resource, permissions, ...caller }) =>
    cloudFact(caller, { provider: 'GCP', resource, actions: permissions, dataActions: [], iamRole: null }, parts),
  );
}

export function azureFacts(operations: readonly AzureOperation[], parts: CloudParts): Iterable<Fact> {
  return operations.map(({ scope, actions, dataActions, clientName: name, clientNamespace: namespace }) =>
    cloudFact(
      { client: { name, namespace } },
      { provider: 'AZURE', resource: scope, actions, dataActions, iamRole: null },
      parts,
    ),
  );
}

function cloudFact(
  { client: named, srcIp }: Caller,
  operation: Operation,
  { resolver, map, excludedNamespaces, now }: CloudParts,
): Fact {
  const at = now();
  return {
    evidence: operation.provider,
    clientName: named ? `${named.namespace}/${named.name}` : (srcIp ?? ''),
    serverName: operation.resource,
    at,
    settle: () => {
      if (named) return keep(named);
      if (!srcIp) return skipped('no-client');
      const client = resolver.podAt(srcIp, at);
      return client.kind === 'resolved' ? keep(client.workload) : client;
    },
  };

  function keep({
    name,
    namespace,
  }: {
    readonly name: string;
    readonly namespace: string;
  }): ReturnType<Fact['settle']> {
    if (excludedNamespaces.has(namespace)) return skipped('excluded-namespace', namespace);
    map.cloudOperations.add({ ...operation, client: { name, namespace }, at });
    return undefined;
  }
}
