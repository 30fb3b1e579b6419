import type { ObjectTypes } from '@network-mapper/api';
import {
  namedWorkload,
  protocolBits,
  toEndpoints,
  toEvidences,
  toPorts,
  type CloudEdge,
  type EdgeBase,
  type ExternalEdge,
  type IncomingEdge,
  type IntentEdge,
  type LabelSet,
  type Protocol,
  type Provenance,
  type Workload,
} from '@network-mapper/model';
import type { AnswerContext, CachedType, FieldTables } from './json-writer.ts';
import { formatGoDuration, formatGoTime, formatTime } from '../time.ts';

/** An identity as the API shows it: the workload, and how it was resolved. */
export interface ShownIdentity {
  readonly workload: Workload;
  readonly provenance: Provenance | null;
}

export function clientOf({ client, clientProvenance }: IntentEdge): ShownIdentity {
  return { workload: client, provenance: clientProvenance };
}

export function serverOf({ server, serverProvenance }: IntentEdge | IncomingEdge): ShownIdentity {
  return { workload: server, provenance: serverProvenance };
}

const seen = {
  firstSeen: (edge: Pick<EdgeBase, 'firstSeen'>) => formatTime(edge.firstSeen),
  lastSeen: (edge: Pick<EdgeBase, 'lastSeen'>) => formatTime(edge.lastSeen),
};

/** How the fields of the API's types are got from what the stores hold, where they are not members of the same name. */
export const fieldTables = {
  OtterizeServiceIdentity: {
    name: ({ workload }: ShownIdentity) => workload.name,
    namespace: ({ workload }: ShownIdentity) => workload.namespace,
    labels: ({ workload }: ShownIdentity, { labels }: AnswerContext) => shownLabels(workload.labels, labels),
    nameResolvedUsingAnnotation: ({ workload }: ShownIdentity) => workload.nameResolvedUsingAnnotation,
    podOwnerKind: ({ workload }: ShownIdentity) => workload.podOwnerKind,
    kubernetesService: ({ workload }: ShownIdentity) => workload.kubernetesService,
    resolutionData: ({ provenance }: ShownIdentity) => provenance,
  },
  IdentityResolutionData: {
    uptime: ({ uptime }: Provenance) => (uptime === null ? null : formatGoDuration(uptime * 1000)),
    lastSeen: ({ lastSeen }: Provenance) => (lastSeen === null ? null : formatGoTime(lastSeen)),
  },
  Intent: {
    ...seen,
    client: clientOf,
    server: serverOf,
    resolutionData: (edge: IntentEdge) => edge.resolvedBy,
    kafkaTopics: shownTopics,
    httpResources: shownResources,
    awsActions: () => null,
    ports: (edge: IntentEdge) => toPorts(edge.endpoints),
    endpoints: (edge: IntentEdge) => toEndpoints(edge.endpoints),
    protocols: (edge: IntentEdge) => protocols.filter(protocol => (edge.protocols & protocolBits[protocol]) !== 0),
    evidence: (edge: IntentEdge) => toEvidences(edge.evidence),
  },
  ExternalTraffic: {
    ...seen,
    client: ({ client }: ExternalEdge): ShownIdentity => ({ workload: client, provenance: null }),
    addresses: (edge: ExternalEdge) => [...edge.addresses].sort(),
  },
  IncomingTraffic: {
    ...seen,
    server: serverOf,
    ports: (edge: IncomingEdge) => toPorts(edge.endpoints),
  },
  CloudOperation: {
    ...seen,
    client: ({ client }: CloudEdge): ShownIdentity => ({ workload: namedWorkload(client), provenance: null }),
    actions: (edge: CloudEdge) => [...edge.actions].sort(),
    dataActions: (edge: CloudEdge) => [...edge.dataActions].sort(),
    iamRole: ({ iamRole }: CloudEdge) => (iamRole === '' ? null : iamRole),
  },
  UnmappedTraffic: seen,
  Agent: {
    startedAt: ({ startedAt }: { readonly startedAt: number }) => formatTime(startedAt),
    lastSeen: seen.lastSeen,
  },
  TrafficLevel: { lastSeen: seen.lastSeen },
} satisfies FieldTables;

const protocols = Object.keys(protocolBits) as readonly Protocol[];

/**
 * All of an identity but how it was resolved is the same text wherever its workload appears; and all of how it was
 * resolved but the times is mostly the same for all edges of one workload.
 */
export const cachedTypes = {
  OtterizeServiceIdentity: {
    key: ({ workload }: ShownIdentity) => workload,
    except: new Set(['resolutionData']),
  },
  IdentityResolutionData: {
    key: (provenance: Provenance, { shared }: AnswerContext) => {
      const last = shared.get(provenance.host) as Provenance | undefined;
      if (last !== undefined && isEqualButTimes(last, provenance)) return last;
      shared.set(provenance.host, provenance);
      return provenance;
    },
    except: new Set(['uptime', 'lastSeen']),
  },
} satisfies { readonly [Name in keyof ObjectTypes]?: CachedType };

function isEqualButTimes(a: Provenance, b: Provenance): boolean {
  return (
    a.podHostname === b.podHostname &&
    a.procfsHostname === b.procfsHostname &&
    a.port === b.port &&
    a.isService === b.isService &&
    a.extraInfo === b.extraInfo &&
    a.hasLinkerdSidecar === b.hasLinkerdSidecar &&
    a.tcpDestResolveFixData?.isSrcControlPlane === b.tcpDestResolveFixData?.isSrcControlPlane &&
    a.tcpDestResolveFixData?.resolvedUsingIp === b.tcpDestResolveFixData?.resolvedUsingIp
  );
}

function shownLabels(labels: LabelSet | null, shown: AnswerContext['labels']): LabelSet | null {
  if (labels === null || shown === 'all') return labels;
  return labels.filter(({ key }) => shown.has(key));
}

function shownResources({ resources, responses }: IntentEdge): readonly object[] | null {
  if (resources === undefined) return null;
  return sortedEntries(resources).map(([path, methods]) => {
    const seen = responses?.get(path) ?? new Set<string>();
    const responseCodes = [...seen].filter(response => response !== 'grpc').map(Number);
    return {
      path,
      methods: [...methods].sort(),
      grpc: seen.has('grpc'),
      responseCodes: responseCodes.sort((a, b) => a - b),
    };
  });
}

/** Clients of the original know no denied operations: for them those are operations as well. */
function shownTopics({ topics, deniedTopics, topicGroups }: IntentEdge): readonly object[] | null {
  if (topics === undefined && deniedTopics === undefined && topicGroups === undefined) return null;
  const all = new Map([...(topics ?? []), ...(deniedTopics ?? []), ...(topicGroups ?? [])]);
  return sortedEntries(all).map(([name]) => {
    const allowed = topics?.get(name) ?? noTexts;
    const denied = deniedTopics?.get(name) ?? noTexts;
    const groups = topicGroups?.get(name) ?? noTexts;
    const seen = allowed.union(denied);
    // A member of a group reads what it is assigned, whether or not somebody writes that down.
    const assigned = new Set(groups.size > 0 ? ['CONSUME'] : []).difference(seen);
    return {
      name,
      operations: [...seen.union(assigned)].sort(),
      deniedOperations: [...denied.difference(allowed)].sort(),
      assignedOperations: [...assigned],
      groups: [...groups].sort(),
    };
  });
}

const noTexts: ReadonlySet<string> = new Set();

/** In the order of the names. */
function sortedEntries(
  sets: ReadonlyMap<string, ReadonlySet<string>>,
): readonly (readonly [string, ReadonlySet<string>])[] {
  return [...sets].sort(([a], [b]) => (a < b ? -1 : 1));
}
