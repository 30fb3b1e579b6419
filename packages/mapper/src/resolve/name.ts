import { isUnspecified, unknownProvenance, type NameParty, type Provenance } from '@network-mapper/model';
import type { ResolveContext } from './context.ts';
import { normalizeDnsName } from './dns-name.ts';
import type { PodRecord, ServiceRecord } from './lookups.ts';
import { extraInfo, resolvedBy } from './original-names.ts';
import {
  apiServerWorkload,
  candidatesAmong,
  isApiServerService,
  provenanceOf,
  resolvePod,
  serverPodAt,
} from './pod-workload.ts';
import { direct, skipped, type Resolution, type Resolved, type ResolvedServer, type Unresolved } from './resolution.ts';
import { resolveService, viaService } from './service.ts';
import { distrustHolder } from './trust.ts';

/** The mapper's own lookups are left out, but for those of the cloud it uploads to. */
const mapperName = 'otterize-network-mapper';
const ownDestination = 'app.otterize.com';
/** Services of type ExternalName are followed this far: they may lead to each other. */
const mostAliases = 8;

interface Lookup {
  readonly client: Resolved;
  readonly server: NameParty;
  readonly at: number;
}

/** The server that a client asked DNS for. */
export function resolveName(context: ResolveContext, lookup: Lookup): Resolution {
  const { server, client } = lookup;
  if (server.ip !== undefined && isUnspecified(server.ip)) return skipped('no-address', client.workload.namespace);
  let asked = server.name;
  for (let aliases = 0; aliases <= mostAliases; aliases++) {
    const name = context.names.read(asked);
    switch (name.kind) {
      case 'malformed':
        return skipped('bad-name', client.workload.namespace);
      case 'outside':
        return resolveOutsideName(context, lookup, name.name);
      case 'pod':
        return podRecord(context, lookup, name.address);
      case 'service': {
        const service = context.lookups.serviceWithKey(name.key);
        if (service === undefined) return skipped('unknown-service', client.workload.namespace);
        if (service.externalName === undefined) return ofService(context, lookup, { service, ofOnePod: name.ofOnePod });
        asked = normalizeDnsName(service.externalName);
      }
    }
  }
  return skipped('alias-cycle', client.workload.namespace);
}

function ofService(
  context: ResolveContext,
  { client, server, at }: Lookup,
  { service, ofOnePod }: { readonly service: ServiceRecord; readonly ofOnePod: boolean },
): Resolution {
  if (isApiServerService(service)) return intent(client, apiServer(context, { server, at, service }));
  const { namespace } = client.workload;
  const behind = context.lookups.backendsOf(service);
  const areAllOlder = behind.newest < at;
  const isWhole = !ofOnePod && areAllOlder;
  const known = isWhole ? context.standIns.get(behind) : undefined;
  if (known !== undefined) {
    const { pod, workload } = known;
    const provenance = byName(context, pod, { server, at });
    return intent(client, { kind: 'resolved', workload, provenance, pod, service, candidates: [] });
  }
  const pods = areAllOlder ? behind.pods : behind.pods.filter(pod => pod.createdAt < at);
  const candidates = candidatesAmong(context, pods, behind);
  // A pod's own name under a headless Service says which one was meant; else the first pod stands for all.
  const meant =
    ofOnePod && candidates.length > 1 ? pods.find(pod => pod.addresses.includes(server.ip ?? '')) : undefined;
  const pod = meant ?? pods[0];
  if (pod === undefined)
    return skipped(behind.pods.length > 0 ? 'pod-started-later' : 'service-without-pods', namespace);
  const resolved = resolvePod(context, pod, byName(context, pod, { server, at }));
  const found = viaService(context, { service, server: resolved, candidates: meant === undefined ? candidates : [] });
  if (isWhole && behind.ofOneOwner && found.kind === 'resolved' && context.identities.isSettled(pod))
    context.standIns.set(behind, { pod, workload: found.workload });
  return intent(client, found);
}

/** A name made of a pod's address: `10-1-0-40.shop.pod.cluster.local`. */
function podRecord(context: ResolveContext, { client, server, at }: Lookup, address: string): Resolution {
  const pod = serverPodAt(context, address, { at, namespace: client.workload.namespace });
  if ('kind' in pod) return pod;
  const reason = distrustHolder(pod, { at, trustAfter: context.options.trustAfter });
  if (reason !== undefined) return skipped(reason, pod.namespace);
  return intent(client, direct(resolvePod(context, pod, byName(context, pod, { server, at }))));
}

/** A name outside the cluster's domain may lead into the cluster: the address that DNS gave decides. */
function resolveOutsideName(context: ResolveContext, lookup: Lookup, dnsName: string): Resolution {
  const { client, server, at } = lookup;
  const inside = server.ip === undefined ? undefined : insideAt(context, server.ip, { name: dnsName, at });
  if (inside !== undefined) return intent(client, inside);
  const { name, namespace } = client.workload;
  if (name === mapperName && dnsName !== ownDestination) return skipped('own-traffic', namespace);
  return { kind: 'external', client, dnsName };
}

function insideAt(
  context: ResolveContext,
  ip: string,
  { name, at }: { readonly name: string; readonly at: number },
): ResolvedServer | Unresolved | undefined {
  const { lookups } = context;
  const service = lookups.serviceAt(ip) ?? lookups.serviceBalancedAt(ip);
  if (service !== undefined && service !== 'several') {
    const resolved = resolveService(context, service, { at, host: name, extraInfo: extraInfo.name });
    return resolved.kind === 'skipped' ? undefined : resolved;
  }
  const holder = lookups.podAt(ip, { at });
  if (holder.kind !== 'pod') return undefined;
  const { pod } = holder;
  return direct(resolvePod(context, pod, byName(context, pod, { server: { kind: 'name', name }, at })));
}

function byName(
  context: ResolveContext,
  pod: PodRecord,
  { server, at }: { readonly server: NameParty; readonly at: number },
): () => Provenance {
  const { name } = server;
  return () =>
    provenanceOf(context, pod, {
      host: context.interner.text(name),
      lastSeen: at,
      isService: true,
      extraInfo: extraInfo.name,
    })();
}

function apiServer(
  { interner }: ResolveContext,
  { server, at, service }: { readonly server: NameParty; readonly at: number; readonly service: ServiceRecord },
): ResolvedServer {
  const provenance = (): Provenance => ({
    ...unknownProvenance,
    host: interner.text(server.name),
    lastSeen: at,
    isService: true,
    extraInfo: extraInfo.name,
  });
  return { kind: 'resolved', workload: apiServerWorkload, provenance, pod: undefined, service, candidates: [] };
}

function intent(client: Resolved, server: ResolvedServer | Unresolved): Resolution {
  if (server.kind !== 'resolved') return server;
  return { kind: 'intent', client, server, resolvedBy: resolvedBy.dns, endpoint: undefined };
}
