import { type AddressParty, type Endpoint, type Protocol } from '@network-mapper/model';
import type { ResolveContext } from './context.ts';
import type { Holder, PodRecord, ServiceRecord } from './lookups.ts';
import { extraInfo } from './original-names.ts';
import { provenanceOf, resolvePod, unresolvedFrom } from './pod-workload.ts';
import { skipped, type Resolution, type Resolved, type Unresolved } from './resolution.ts';
import { resolveService, targetPortOf, viaService } from './service.ts';

export function isOutside({ lookups, isLastTry }: ResolveContext, { ip, podUid }: AddressParty): boolean {
  if (podUid !== undefined || lookups.isRememberedPodAddress(ip) || lookups.isNode(ip) || lookups.isApiServer(ip))
    return false;
  const range = lookups.podRangeOf(ip);
  return range === 'none' || (range === 'near-pods' && isLastTry);
}

export interface OutsideConnection {
  readonly client: AddressParty;
  readonly server: AddressParty;
  readonly at: number;
  readonly protocol: Protocol | undefined;
}

/**
 * The server that was reached from outside: a pod whose address was seen behind the one that was called, what is behind
 * a node port or a load balancer, or the pod that was called itself.
 */
export function resolveIncoming(context: ResolveContext, connection: OutsideConnection): Resolution {
  const { lookups } = context;
  const { client, server, at, protocol } = connection;
  if (isLinkLocal(client.ip) || lookups.serviceAt(client.ip) !== undefined) return skipped('internal-address');
  const { ip: called, port, reached } = server;
  if (called === '' || port === undefined) return skipped('bad-destination');
  const service = lookups.serviceExposedAt(called, port) ?? exposedAtReached(context, server);
  const pod = reachedPod(context, connection);
  if (pod !== undefined)
    return incoming(ofPod(context, pod, { called: service === 'several' ? undefined : service, at, host: called }), {
      port,
      targetPort:
        reached?.port ?? targetOf(context, service, { port, protocol }) ?? (reached?.ip === undefined ? port : null),
      protocol: protocol ?? null,
    });
  if (service === 'several') return skipped('ambiguous-service');
  if (service !== undefined)
    return incoming(resolveService(context, service, { at, host: called }), {
      port,
      targetPort: targetOf(context, service, { port, protocol }) ?? null,
      protocol: protocol ?? null,
    });
  return resolveCalledPod(context, connection, port);
}

/**
 * Agents of the original name the pod's host in place of the address that was called, and the address as the one that
 * was reached.
 */
function exposedAtReached(
  { lookups }: ResolveContext,
  { port, reached }: AddressParty,
): ServiceRecord | 'several' | undefined {
  return reached === undefined || port === undefined ? undefined : lookups.serviceExposedAt(reached.ip, port);
}

/** The pod at the address that was reached, where that is another than the one that was called. */
function reachedPod({ lookups }: ResolveContext, { server, at }: OutsideConnection): PodRecord | undefined {
  if (server.reached === undefined) return undefined;
  const holder = lookups.podAt(server.reached.ip, { at });
  if (holder.kind !== 'pod') return undefined;
  // A name in place of an address is the pod's that the agent saw.
  return isAddress(server.ip) || server.ip === holder.pod.name ? holder.pod : undefined;
}

function resolveCalledPod(
  context: ResolveContext,
  { server, at, protocol }: OutsideConnection,
  port: number,
): Resolution {
  const address = server.reached?.ip ?? server.ip;
  const holder = context.lookups.podAt(address, { at });
  if (holder.kind !== 'pod') return withoutPod(context, holder, address);
  const { pod } = holder;
  if (!isAddress(server.ip) && server.ip !== pod.name) return skipped('name-mismatch', pod.namespace);
  return incoming(ofPod(context, pod, { called: undefined, at, host: address }), {
    port,
    targetPort: server.reached?.port ?? port,
    protocol: protocol ?? null,
  });
}

function ofPod(
  context: ResolveContext,
  pod: PodRecord,
  { called, at, host }: { readonly called: ServiceRecord | undefined; readonly at: number; readonly host: string },
): Resolved | Unresolved {
  if (pod.createdAt > at) return skipped('pod-started-later', pod.namespace);
  const known = { host: pod.addresses[0] ?? host, isService: false, extraInfo: extraInfo.client };
  const server = resolvePod(context, pod, provenanceOf(context, pod, known));
  return called === undefined ? server : viaService(context, { service: called, server, candidates: [] });
}

function targetOf(
  { lookups }: ResolveContext,
  service: ServiceRecord | 'several' | undefined,
  called: { readonly port: number; readonly protocol: string | undefined },
): number | undefined {
  if (service === undefined || service === 'several') return undefined;
  return targetPortOf(service, lookups.backendsOf(service), called);
}

function withoutPod(context: ResolveContext, holder: Exclude<Holder, { kind: 'pod' }>, address: string): Unresolved {
  if (holder.kind !== 'nobody') return unresolvedFrom(context, holder, { address });
  return context.isLastTry || context.lookups.podRangeOf(address) === 'none'
    ? skipped('load-balancer-name')
    : { kind: 'later', address, reason: 'no-pod' };
}

function incoming(server: Resolved | Unresolved, endpoint: Endpoint): Resolution {
  return server.kind === 'resolved' ? { kind: 'incoming', server, endpoint } : server;
}

function isAddress(text: string): boolean {
  return text.includes(':') || /^[\d.]+$/.test(text);
}

/** Link-local: RFC 3927, RFC 4291 section 2.5.6. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/.test(address);
}
