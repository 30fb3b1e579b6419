import { unknownProvenance, type CloudProvider, type Evidence, type Party, type Sighting } from '@network-mapper/model';
import { resolveConnection, resolveSocket } from './address.ts';
import { resolveClient } from './client.ts';
import type { ResolveContext } from './context.ts';
import type { PodRecord } from './lookups.ts';
import { resolveName } from './name.ts';
import { resolvedBy } from './original-names.ts';
import { isOutside, resolveIncoming } from './outside-client.ts';
import { addressReason, resolvePod, unresolvedFrom } from './pod-workload.ts';
import { direct, skipped, type Resolution, type Resolved, type Unresolved } from './resolution.ts';
import { resolveService } from './service.ts';

type Resolve = (sighting: Sighting, context: ResolveContext) => Resolution;

/** Turns both sides of a sighting into workloads, or names outside, against its own time. */
export function resolve(sighting: Sighting, context: ResolveContext): Resolution {
  return byEvidence[sighting.evidence](sighting, context);
}

/** How each kind of evidence is resolved. */
const byEvidence: Readonly<Record<Evidence, Resolve>> = {
  DNS: ({ client, server, at }, context) => {
    const asked = resolveAddressClient(context, client, at);
    if (asked.kind !== 'resolved' || server.kind !== 'name') return orMismatch(asked);
    return resolveName(context, { client: asked, server, at });
  },
  TCP: ({ client, server, at, detail }, context) => {
    const protocol = detail.kind === 'connection' ? detail.protocol : undefined;
    if (client.kind === 'address' && server.kind === 'address' && isOutside(context, client))
      return resolveIncoming(context, { client, server, at, protocol });
    const calling = resolveAddressClient(context, client, at);
    if (calling.kind !== 'resolved' || server.kind !== 'address') return orMismatch(calling);
    return resolveConnection(context, { client: calling, server, at, protocol });
  },
  SOCKET: ({ client, server, at, detail }, context) => {
    const protocol = detail.kind === 'connection' ? detail.protocol : undefined;
    const calling = resolveAddressClient(context, client, at);
    if (calling.kind !== 'resolved' || server.kind !== 'address') return orMismatch(calling);
    return resolveSocket(context, { client: calling, server, at, protocol });
  },
  KAFKA: ({ client, server, at }, context) => {
    const accessing = resolveAddressClient(context, client, at);
    if (accessing.kind !== 'resolved' || server.kind !== 'pod') return orMismatch(accessing);
    return named(context, accessing, { pod: context.lookups.podNamed(server), by: resolvedBy.kafka });
  },
  ISTIO: ({ client, server }, context) => {
    if (client.kind !== 'workload' || server.kind !== 'workload') return skipped('unknown-workload');
    const [source, destination] = [client, server].map(party => context.lookups.podOfMeshWorkload(party));
    if (source === undefined || destination === undefined) return skipped('unknown-workload', source?.namespace);
    const calling = resolvePod(context, source, unknownProvenance);
    if (calling.kind !== 'resolved') return calling;
    const { service } = server;
    return named(context, calling, {
      pod: destination,
      by: resolvedBy.mesh,
      ...(service === undefined ? {} : { service }),
    });
  },
  AWS: cloud('AWS'),
  AZURE: cloud('AZURE'),
  GCP: cloud('GCP'),
  TRAFFIC_LEVEL: ({ client, server }, context) => {
    const source = workloadNow(context, client);
    if (source.kind !== 'resolved') return source;
    const destination = workloadNow(context, server);
    if (destination.kind !== 'resolved') return destination;
    return { kind: 'traffic-level', client: source.workload, server: destination.workload };
  },
};

function resolveAddressClient(context: ResolveContext, client: Party, at: number): Resolved | Unresolved {
  if (client.kind !== 'address') return skipped('no-client');
  return client.ip === '' ? skipped('no-client') : resolveClient(context, client, at);
}

/** A server of another kind than this evidence has: nothing that `fromWire` makes. */
function orMismatch(client: Resolved | Unresolved): Unresolved {
  return client.kind === 'resolved' ? skipped('bad-destination', client.workload.namespace) : client;
}

/** A server that the source itself named. */
function named(
  context: ResolveContext,
  client: Resolved,
  { pod, by, service }: { readonly pod: PodRecord | undefined; readonly by: string; readonly service?: string },
): Resolution {
  if (pod === undefined) return skipped('unknown-workload', client.workload.namespace);
  const server = direct(resolvePod(context, pod, unknownProvenance));
  if (server.kind !== 'resolved') return server;
  const workload = service === undefined ? server.workload : context.interner.viaService(server.workload, service);
  return { kind: 'intent', client, server: { ...server, workload }, resolvedBy: by, endpoint: undefined };
}

function cloud(provider: CloudProvider): Resolve {
  return ({ client, at }, context) => {
    if (client.kind === 'workload') return { kind: 'cloud', client, provider };
    const calling = resolveAddressClient(context, client, at);
    return calling.kind === 'resolved' ? { kind: 'cloud', client: calling.workload, provider } : calling;
  };
}

/** The workload behind a Service's cluster address or a pod's address, now: for reports without a time of their own. */
function workloadNow(context: ResolveContext, party: Party): Resolved | Unresolved {
  if (party.kind !== 'address') return skipped('no-pod');
  const { ip } = party;
  const { lookups, now } = context;
  if (lookups.isRememberedPodAddress(ip)) {
    const holder = lookups.podAt(ip, { at: now() });
    if (holder.kind === 'pod') return resolvePod(context, holder.pod, unknownProvenance);
    // Such a report does not wait.
    if (holder.kind === 'nobody' || holder.kind === 'not-yet') return skipped('no-pod');
    return unresolvedFrom(context, holder, { address: ip });
  }
  const service = lookups.serviceAt(ip);
  if (service === 'several') return skipped('ambiguous-service');
  if (service === undefined) return skipped(addressReason({ ...context, isLastTry: true }, ip));
  return resolveService(context, service, { at: now(), host: ip });
}
