import { type AddressParty, type Endpoint, type Protocol, type Provenance } from '@network-mapper/model';
import type { ResolveContext } from './context.ts';
import type { PodRecord, ServiceRecord } from './lookups.ts';
import { extraInfo, resolvedBy } from './original-names.ts';
import { apiServerWorkload, provenanceOf, resolvePod, serverPodAt } from './pod-workload.ts';
import { direct, skipped, type Resolution, type Resolved, type ResolvedServer, type Unresolved } from './resolution.ts';
import { resolveService, targetPortOf, viaService } from './service.ts';
import { distrustHolder } from './trust.ts';

/** A connection of a known client. */
export interface Connection {
  readonly client: Resolved;
  readonly server: AddressParty;
  readonly at: number;
  readonly protocol: Protocol | undefined;
}

/** A new connection: at the address the client called, else at the one that was reached. */
export function resolveConnection(context: ResolveContext, connection: Connection): Resolution {
  const { client, server } = connection;
  const first = serverAt(context, server.ip, { ...connection, extraInfo: extraInfo.connection });
  if (first.kind === 'resolved')
    return intent(context, connection, { server: reachedBehind(context, first, connection) });
  if (first.kind === 'reading' || server.reached === undefined || server.reached.ip === server.ip) return first;
  const second = serverAt(context, server.reached.ip, { ...connection, extraInfo: extraInfo.connection });
  if (second.kind !== 'resolved' || second.workload.kubernetesService !== null)
    return intent(context, connection, { server: second });
  const fix = { isSrcControlPlane: client.workload === apiServerWorkload, resolvedUsingIp: true };
  const provenance = (): Provenance => ({ ...second.provenance(), tcpDestResolveFixData: fix });
  return intent(context, connection, { server: { ...second, provenance } });
}

/** An open socket: only at the address the client called. */
export function resolveSocket(context: ResolveContext, connection: Connection): Resolution {
  const { ip } = connection.server;
  const isService = context.lookups.serviceAt(ip) !== undefined;
  const server = serverAt(context, ip, {
    ...connection,
    extraInfo: isService ? extraInfo.service : extraInfo.socketToPod,
  });
  const by = isService ? resolvedBy.socketToService : resolvedBy.socketToPod;
  return intent(context, connection, { server, by });
}

interface Call extends Connection {
  /** By which evidence, in the original's words. */
  readonly extraInfo: string;
}

/**
 * The server at an address: the pod that the agent named, what is behind a Service's address, or the pod that held it.
 */
function serverAt(context: ResolveContext, address: string, call: Call): ResolvedServer | Unresolved {
  const { client, server, at } = call;
  const { namespace } = client.workload;
  const { lookups, options, interner } = context;
  const named = server.podUid === undefined ? undefined : lookups.podWithUid(server.podUid);
  if (named !== undefined) return direct(resolvePod(context, named, byConnection(context, named, call)));
  const service = lookups.serviceAt(address) ?? exposedAt(context, address, server);
  if (service === 'several') return skipped('ambiguous-service', namespace);
  if (service !== undefined) {
    const host = interner.text(server.ip);
    return resolveService(context, service, { at, host, port: server.port, extraInfo: call.extraInfo });
  }
  const pod = serverPodAt(context, address, { at, namespace });
  if ('kind' in pod) return pod;
  const reason = distrustHolder(pod, { at, trustAfter: options.trustAfter });
  if (reason !== undefined) return skipped(reason, namespace);
  return direct(resolvePod(context, pod, byConnection(context, pod, call)));
}

/** Where the agent saw which pod of a Service was reached, that one is the server. */
function reachedBehind(
  context: ResolveContext,
  server: ResolvedServer,
  { server: { reached }, at }: Connection,
): ResolvedServer | Unresolved {
  const { service, candidates, provenance, workload } = server;
  if (candidates.length === 0 || reached === undefined || service === undefined) return server;
  const pod = serverPodAt(context, reached.ip, { at, namespace: workload.namespace });
  if ('kind' in pod) return server;
  const resolved = resolvePod(context, pod, () => {
    const known = provenance();
    const { podHostname, uptime } = provenanceOf(context, pod, known)();
    return { ...known, podHostname, uptime };
  });
  return viaService(context, { service, server: resolved, candidates: [] });
}

/** Pods reach node ports and load balancers too; only where the port says which Service is meant. */
function exposedAt(
  { lookups }: ResolveContext,
  address: string,
  { port }: AddressParty,
): ServiceRecord | 'several' | undefined {
  return port === undefined ? undefined : lookups.serviceExposedAt(address, port);
}

function byConnection(context: ResolveContext, pod: PodRecord, { server, at, extraInfo: by }: Call): () => Provenance {
  return provenanceOf(context, pod, {
    host: server.ip,
    port: server.port ?? null,
    lastSeen: at,
    isService: false,
    extraInfo: by,
  });
}

function intent(
  context: ResolveContext,
  connection: Connection,
  { server, by = resolvedBy.connection }: { readonly server: ResolvedServer | Unresolved; readonly by?: string },
): Resolution {
  if (server.kind !== 'resolved') return server;
  const { client } = connection;
  return { kind: 'intent', client, server, resolvedBy: by, endpoint: endpointOf(context, connection, server) };
}

/** The port that was called, and the pod's behind it: seen, or what the Service's EndpointSlices say. */
function endpointOf(
  { lookups }: ResolveContext,
  { server: { port, reached }, protocol }: Connection,
  { service }: ResolvedServer,
): Endpoint | undefined {
  if (port === undefined) return undefined;
  const fromService =
    service === undefined ? undefined : targetPortOf(service, lookups.backendsOf(service), { port, protocol });
  const own = service === undefined && reached === undefined ? port : undefined;
  return { port, targetPort: reached?.port ?? fromService ?? own ?? null, protocol: protocol ?? null };
}
