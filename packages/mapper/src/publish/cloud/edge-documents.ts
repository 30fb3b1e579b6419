import type {
  CloudEdge,
  Edge,
  ExternalEdge,
  IncomingEdge,
  IntentEdge,
  Provenance,
  TrafficLevelEdge,
  Workload,
} from '@network-mapper/model';
import type { ConnectionsCount } from '../../store/connection-intervals.ts';
import { averageLevel } from '../../store/traffic-levels.ts';
import { formatGoDuration, formatGoTime, formatTime } from '../../time.ts';

/** One element of a mutation's list, and what names it in a log. */
export interface EdgeDocument {
  readonly label: string;
  /** As the cloud's input type has it: what is not set is null, and never left out. */
  readonly input: object;
}

/** `Int` of GraphQL has 32 bits (specification, section 3.5.1): a server may refuse more. */
const largestInt = 2 ** 31 - 1;

/** `DiscoveredIntentInput` of a call between workloads. */
export function toIntentDocument(edge: IntentEdge, connectionsCount: ConnectionsCount | undefined): EdgeDocument {
  const { client, server } = edge;
  return {
    label: `${client.key} -> ${server.key}`,
    input: {
      discoveredAt: formatTime(edge.lastSeen),
      intent: {
        ...unset,
        namespace: client.namespace,
        clientName: client.name,
        clientResolutionData: toResolutionData(edge.clientProvenance),
        clientWorkloadKind: kindOf(client),
        clientNameResolvedUsingAnnotation: client.nameResolvedUsingAnnotation,
        serverName: server.name,
        serverResolutionData: toResolutionData(edge.serverProvenance),
        serverWorkloadKind: kindOf(server),
        serverNameResolvedUsingAnnotation: server.nameResolvedUsingAnnotation,
        serverAlias: server.kubernetesService === null ? null : { name: server.kubernetesService, kind: 'Service' },
        serverNamespace: server.namespace,
        type: edge.type,
        topics: [...(edge.topics ?? [])].map(([name, kinds]) => ({ name, operations: [...kinds] })),
        resources: [...(edge.resources ?? [])].map(([path, methods]) => ({ path, methods: [...methods] })),
        resolutionData: edge.resolvedBy,
        connectionsCount: connectionsCount ?? null,
      },
    },
  };
}

/** `DiscoveredIntentInput` of what a workload did to a cloud's resource. */
export function toCloudDocument(edge: CloudEdge): EdgeDocument {
  const { client, provider, resource, iamRole, actions, dataActions } = edge;
  const byProvider = {
    AWS: { awsActions: [...actions], awsRole: iamRole === '' ? null : iamRole },
    GCP: { gcpPermissions: [...actions] },
    AZURE: { azureActions: [...actions], azureDataActions: [...dataActions] },
  };
  return {
    label: `${client.namespace}/${client.name} -> ${resource}`,
    input: {
      discoveredAt: formatTime(edge.lastSeen),
      intent: {
        ...unset,
        namespace: client.namespace,
        clientName: client.name,
        serverName: resource,
        type: provider,
        ...byProvider[provider],
      },
    },
  };
}

/** `ExternalTrafficDiscoveredIntentInput`. */
export function toExternalDocument(
  { client, dnsName, addresses, lastSeen }: ExternalEdge,
  connectionsCount: ConnectionsCount | undefined,
): EdgeDocument {
  return {
    label: `${client.key} -> ${dnsName}`,
    input: {
      discoveredAt: formatTime(lastSeen),
      intent: {
        namespace: client.namespace,
        clientName: client.name,
        target: { dnsName, ips: addresses.size === 0 ? null : [...addresses] },
        connectionsCount: connectionsCount ?? null,
        ttl: null,
      },
    },
  };
}

/** `IncomingTrafficDiscoveredIntentInput`. */
export function toIncomingDocument(
  { server, address, lastSeen }: IncomingEdge,
  connectionsCount: ConnectionsCount | undefined,
): EdgeDocument {
  return {
    label: `${address} -> ${server.key}`,
    input: {
      discoveredAt: formatTime(lastSeen),
      intent: {
        serverName: server.name,
        namespace: server.namespace,
        source: { ip: address },
        connectionsCount: connectionsCount ?? null,
      },
    },
  };
}

/** `TrafficLevelInput`, the means of the last hour's reports; undefined where there is none of it any more. */
export function toLevelDocument(edge: TrafficLevelEdge, now: number): EdgeDocument | undefined {
  const level = averageLevel(edge, now);
  if (level === undefined) return undefined;
  const { client, server } = edge;
  return {
    label: `${client.key} -> ${server.key}`,
    input: {
      clientName: client.name,
      clientNamespace: client.namespace,
      serverName: server.name,
      serverNamespace: server.namespace,
      dataBytesPerSecond: Math.min(level.bytes, largestInt),
      flowsCountPerSecond: Math.min(level.flows, largestInt),
    },
  };
}

/** What nobody ever saw is not uploaded; but what left the map after it was seen is. */
export function wasSeen(edge: Edge): boolean {
  return !(edge.kind === 'intent' && edge.gone && !edge.certain);
}

/** All members of `IntentInput` that not every intent has. */
const unset = {
  clientResolutionData: null,
  clientWorkloadKind: null,
  clientNameResolvedUsingAnnotation: null,
  serverResolutionData: null,
  serverWorkloadKind: null,
  serverNameResolvedUsingAnnotation: null,
  serverAlias: null,
  serverNamespace: null,
  type: null,
  topics: null,
  resources: null,
  databaseResources: null,
  awsRole: null,
  awsActions: null,
  azureRoles: null,
  azureActions: null,
  azureDataActions: null,
  azureKeyVaultPolicy: null,
  gcpPermissions: null,
  internet: null,
  status: null,
  resolutionData: null,
  connectionsCount: null,
} as const;

function kindOf({ podOwnerKind }: Workload): string | null {
  return podOwnerKind === null || podOwnerKind.kind === '' ? null : podOwnerKind.kind;
}

/** JSON in a text, of what is known; null where nothing is. */
function toResolutionData(provenance: Provenance | null): string | null {
  if (provenance === null) return null;
  const { uptime, lastSeen } = provenance;
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(provenance)) if (value !== null) known[name] = value;
  if (uptime !== null) known.uptime = formatGoDuration(uptime * 1000);
  if (lastSeen !== null) known.lastSeen = formatGoTime(lastSeen);
  const text = JSON.stringify(known);
  return text === '{}' ? null : text;
}
