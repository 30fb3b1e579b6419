import type { Found, LabelSet, Workload } from '@network-mapper/model';
import type { CloudOperationEdge } from '../store/cloud-operations.ts';
import type { Edge } from '../store/edge-store.ts';
import { evidenceNames, protocolNames, toNames } from '../store/flags.ts';
import type { IntentEdge } from '../store/intent-edge.ts';
import type { ExternalEdge, IncomingEdge } from '../store/outside-edges.ts';
import { toPorts } from '../store/port-set.ts';
import type { AnswerContext, CachedType, FieldTable } from './json-writer.ts';
import { formatGoDuration, formatGoTime, formatTime } from './time.ts';

/** An identity as the API shows it: the workload, and how it was found. */
export interface ShownIdentity {
  readonly workload: Workload;
  readonly found: Found | null;
}

/** One side of an edge. How it was found is put together only where it is asked for. */
export class EdgeSide implements ShownIdentity {
  readonly #edge: IntentEdge;
  readonly #side: 'client' | 'server';

  constructor(edge: IntentEdge, side: 'client' | 'server') {
    this.#edge = edge;
    this.#side = side;
  }

  get workload(): Workload {
    return this.#side === 'client' ? this.#edge.client : this.#edge.server;
  }

  get found(): Found | null {
    return this.#side === 'client' ? this.#edge.clientFound : this.#edge.serverFound;
  }
}

const seen: FieldTable = {
  firstSeen: (edge: Pick<Edge, 'firstSeen'>) => formatTime(edge.firstSeen),
  lastSeen: (edge: Pick<Edge, 'lastSeen'>) => formatTime(edge.lastSeen),
};

/** How the fields of the API's types are got from what the stores hold, where they are not members of the same name. */
export const fieldTables: Readonly<Record<string, FieldTable>> = {
  OtterizeServiceIdentity: {
    name: ({ workload }: ShownIdentity) => workload.name,
    namespace: ({ workload }: ShownIdentity) => workload.namespace,
    labels: ({ workload }: ShownIdentity, { labels }: AnswerContext) => shownLabels(workload.labels, labels),
    nameResolvedUsingAnnotation: ({ workload }: ShownIdentity) => workload.nameResolvedUsingAnnotation,
    podOwnerKind: ({ workload }: ShownIdentity) => workload.podOwnerKind,
    kubernetesService: ({ workload }: ShownIdentity) => workload.kubernetesService,
    resolutionData: ({ found }: ShownIdentity) => found,
  },
  IdentityResolutionData: {
    uptime: ({ uptime }: Found) => (uptime === null ? null : formatGoDuration(uptime)),
    lastSeen: ({ lastSeen }: Found) => (lastSeen === null ? null : formatGoTime(lastSeen)),
  },
  Intent: {
    ...seen,
    client: (edge: IntentEdge): ShownIdentity => new EdgeSide(edge, 'client'),
    server: (edge: IntentEdge): ShownIdentity => new EdgeSide(edge, 'server'),
    resolutionData: (edge: IntentEdge) => edge.how,
    kafkaTopics: (edge: IntentEdge) => named(edge.topics, 'operations'),
    httpResources: (edge: IntentEdge) => named(edge.resources, 'methods'),
    awsActions: () => null,
    ports: (edge: IntentEdge) => toPorts(edge.ports),
    protocols: (edge: IntentEdge) => toNames(edge.protocols, protocolNames),
    evidence: (edge: IntentEdge) => toNames(edge.evidence, evidenceNames),
  },
  ExternalTraffic: {
    ...seen,
    client: (edge: ExternalEdge): ShownIdentity => ({ workload: edge.client, found: null }),
    addresses: (edge: ExternalEdge) => [...edge.addresses].sort(),
  },
  IncomingTraffic: {
    ...seen,
    server: (edge: IncomingEdge): ShownIdentity => ({ workload: edge.server, found: edge.found }),
    ports: (edge: IncomingEdge) => toPorts(edge.ports),
  },
  CloudOperation: {
    ...seen,
    client: ({ client }: CloudOperationEdge): ShownIdentity => ({
      workload: { ...nothingKnown, ...client },
      found: null,
    }),
    actions: (edge: CloudOperationEdge) => [...edge.actions].sort(),
    dataActions: (edge: CloudOperationEdge) => [...edge.dataActions].sort(),
    iamRole: ({ iamRole }: CloudOperationEdge) => (iamRole === '' ? null : iamRole),
  },
  UnmappedTraffic: seen,
  Agent: {
    startedAt: ({ startedAt }: { readonly startedAt: number }) => formatTime(startedAt),
    lastSeen: seen.lastSeen ?? (() => null),
  },
  TrafficLevel: { lastSeen: seen.lastSeen ?? (() => null) },
};

/** A workload of which only the name is told. */
const nothingKnown: Omit<Workload, 'name' | 'namespace'> = {
  key: '',
  labels: null,
  nameResolvedUsingAnnotation: null,
  podOwnerKind: null,
  kubernetesService: null,
};

/** All of an identity but how it was found is the same text wherever its workload appears. */
export const cachedTypes: Readonly<Record<string, CachedType>> = {
  OtterizeServiceIdentity: {
    key: ({ workload }: ShownIdentity) => workload,
    except: new Set(['resolutionData']),
  },
};

function shownLabels(labels: LabelSet | null, shown: AnswerContext['labels']): LabelSet | null {
  if (labels === null || shown === 'all') return labels;
  return labels.filter(({ key }) => shown.has(key));
}

/** Sets by name as the API lists them, in the order of the names. */
function named(
  sets: ReadonlyMap<string, ReadonlySet<string>> | undefined,
  member: 'operations' | 'methods',
): readonly object[] | null {
  if (sets === undefined) return null;
  return [...sets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, set]) =>
      member === 'operations' ? { name, operations: [...set].sort() } : { path: name, methods: [...set].sort() },
    );
}
