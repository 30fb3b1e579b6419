import { parseDnsName } from './dns-name.ts';
import type { Identities } from './identity.ts';
import type { Lookups, PodRecord, ServiceRecord } from './lookups.ts';
import {
  skipped,
  type IntentResolution,
  type Resolution,
  type Resolved,
  type ResolvedServer,
  type Unresolved,
} from './resolution.ts';
import { objection } from './trust.ts';
import {
  foundNothing,
  internWorkload,
  sharedText,
  throughService,
  type Found,
  type SeenClient,
  type SeenServer,
  type Sighting,
  type SkipReason,
} from '@network-mapper/model';

export interface ResolverOptions {
  /** Lower-case, without a leading or trailing dot. */
  readonly clusterDomain: string;
  /** Milliseconds that a server must have lived before its address is believed; 0 believes at once. */
  readonly trustAfter: number;
  /** On AWS addresses are used again so soon that a client without a hostname is not believed. */
  readonly requireHostname: boolean;
}

/** Name and namespace of the API server's Service. */
const apiServer = { namespace: 'default', name: 'kubernetes' } as const;
const mapperName = 'otterize-network-mapper';
const ownDestination = 'app.otterize.com';

/** The API server as a workload, whatever it runs on. */
const apiServerWorkload = internWorkload({
  ...apiServer,
  labels: null,
  nameResolvedUsingAnnotation: null,
  podOwnerKind: null,
  kubernetesService: apiServer.name,
});

/** A client as far as it is known before its times are looked at. */
interface ResolvedClient extends Resolved {
  readonly isApiServer: boolean;
}

/** Turns what agents saw into workloads, each sighting against its own time. Holds no state of its own. */
export class Resolver {
  readonly #lookups: Lookups;
  readonly #identities: Identities;
  readonly #options: ResolverOptions;
  readonly #now: () => number;

  constructor(
    parts: { readonly lookups: Lookups; readonly identities: Identities; readonly now: () => number },
    options: ResolverOptions,
  ) {
    this.#lookups = parts.lookups;
    this.#identities = parts.identities;
    this.#now = parts.now;
    this.#options = options;
  }

  resolve(sighting: Sighting): Resolution {
    if (sighting.evidence === 'TCP' && this.#isFromOutside(sighting.client)) return this.#incoming(sighting);
    const client = this.client(sighting.client, sighting.server.lastSeen);
    if (client.kind !== 'resolved') return client;
    switch (sighting.evidence) {
      case 'DNS':
        return this.#byName(client, sighting.server);
      case 'TCP':
        return this.#byAddress(client, sighting.server);
      case 'SOCKET':
        return this.#bySocket(client, sighting.server);
    }
  }

  /** The workload behind a client's address at a moment. */
  client(client: SeenClient, at: number): ResolvedClient | Unresolved {
    const { srcIp, srcHostname, srcPodUid } = client;
    const pod = typeof srcPodUid === 'string' && srcPodUid !== '' ? this.#lookups.podWithUid(srcPodUid) : undefined;
    if (pod !== undefined) return this.#clientPod(pod, client, at);
    if (this.#lookups.isApiServer(srcIp)) return this.#apiServerClient(client);
    const holder = this.#lookups.podHolding(srcIp, srcHostname === '' ? { at } : { at, hostname: srcHostname });
    switch (holder.kind) {
      case 'pod':
        return this.#clientPod(holder.pod, client, at);
      case 'several':
        return skipped('ambiguous-address');
      case 'host-network':
        return skipped('host-network');
      case 'not-yet':
        return { kind: 'later', address: srcIp, reason: holder.reason };
      case 'nobody':
        if (this.#lookups.isNode(srcIp)) return skipped('node-address');
        return { kind: 'later', address: srcIp, reason: 'no-pod' };
    }
  }

  /** The workload that a pod is; `found` says how it came to be looked at. */
  podWorkload(pod: PodRecord, found: Found | null): Resolved | Unresolved {
    const identified = this.#identities.of(pod);
    if (identified instanceof Promise) return { kind: 'reading', until: identified };
    if (identified.kind === 'unreadable') return skipped('owner-unreadable', pod.namespace);
    return { kind: 'resolved', workload: identified.workload, found };
  }

  /** The workload of the pod that held an address at a moment: for sources that know nothing but the address. */
  podAt(address: string, at: number): Resolved | Unresolved {
    const holder = this.#lookups.podHolding(address, { at });
    if (holder.kind === 'pod')
      return holder.pod.createdAt > at ? skipped('pod-started-later') : this.podWorkload(holder.pod, null);
    if (holder.kind === 'not-yet') return { kind: 'later', address, reason: holder.reason };
    if (holder.kind === 'nobody') return { kind: 'later', address, reason: 'no-pod' };
    return skipped(holder.kind === 'several' ? 'ambiguous-address' : 'host-network');
  }

  /** The workload behind a Service's cluster address or a pod's address, now: for reports without a time of their own. */
  workloadAt(address: string): Resolved | Unresolved {
    if (this.#lookups.wasEverAPods(address)) {
      const holder = this.#lookups.podHolding(address, { at: this.#now() });
      if (holder.kind === 'pod') return this.podWorkload(holder.pod, null);
      return skipped(
        holder.kind === 'several' ? 'ambiguous-address' : holder.kind === 'host-network' ? 'host-network' : 'no-pod',
      );
    }
    const service = this.#lookups.serviceHolding(address);
    if (service === 'several') return skipped('ambiguous-service');
    if (service === undefined) return skipped(this.#addressReason(address));
    return this.#behind(service, { at: this.#now(), host: address });
  }

  #clientPod(pod: PodRecord, client: SeenClient, at: number): ResolvedClient | Unresolved {
    const { srcHostname: hostname, srcPodUid } = client;
    const known = typeof srcPodUid === 'string' && srcPodUid !== '';
    const reason = objection(pod, { at, hostname, requireHostname: this.#options.requireHostname, namedByUid: known });
    if (reason !== undefined) return skipped(reason, pod.namespace);
    const resolved = this.podWorkload(pod, {
      ...foundNothing,
      host: pod.addresses[0] ?? client.srcIp,
      podHostname: pod.name,
      procfsHostname: hostname === '' ? null : hostname,
      isService: false,
      extraInfo: 'resolveInClusterIdentity',
      uptime: this.#now() - pod.createdAt,
      hasLinkerdSidecar: pod.hasLinkerdSidecar,
    });
    return resolved.kind === 'resolved' ? { ...resolved, isApiServer: false } : resolved;
  }

  #apiServerClient({ srcIp, srcHostname }: SeenClient): ResolvedClient | Unresolved {
    // Where the API server shares a node's address, any process of that node looks like it.
    if (this.#lookups.isNode(srcIp) || this.#lookups.podHolding(srcIp, { at: this.#now() }).kind === 'host-network') {
      return skipped('host-network');
    }
    return {
      kind: 'resolved',
      isApiServer: true,
      workload: apiServerWorkload,
      found: { ...foundNothing, host: srcIp, podHostname: srcHostname },
    };
  }

  #byName(client: ResolvedClient, server: SeenServer): Resolution {
    const name = parseDnsName(server.destination, this.#options.clusterDomain);
    const { namespace } = client.workload;
    switch (name.kind) {
      case 'malformed':
        return skipped('bad-name', namespace);
      case 'outside':
        return this.#outside(client, name.name);
      case 'pod':
        return this.#podRecord(client, server, name.address);
      case 'service':
        break;
    }
    const service = this.#lookups.serviceNamed(name);
    if (service === undefined) return skipped('unknown-service', namespace);
    if (service.externalName !== undefined) return this.#outside(client, service.externalName);
    const how = 'handleDNSCaptureResultsAsKubernetesPods';
    const extraInfo = 'resolveOtterizeIdentityForDestinationAddress';
    if (isApiServerService(service)) {
      const found = {
        ...foundNothing,
        host: sharedText(server.destination),
        lastSeen: server.lastSeen,
        isService: true,
        extraInfo,
      };
      return intent(client, { kind: 'resolved', workload: apiServerWorkload, found, candidates: [] }, how);
    }
    const behind = this.#lookups.backendsOf(service);
    const pods =
      behind.newest < server.lastSeen ? behind.pods : behind.pods.filter(pod => pod.createdAt < server.lastSeen);
    const candidates = this.#candidates(pods);
    // A pod's own name under a headless Service says which one was meant; else the first pod stands for all.
    const meant =
      name.ofOnePod && candidates.length > 1
        ? pods.find(pod => pod.addresses.includes(server.destinationIP ?? ''))
        : undefined;
    const pod = meant ?? pods[0];
    if (pod === undefined)
      return skipped(behind.pods.length > 0 ? 'pod-started-later' : 'service-without-pods', namespace);
    const resolved = this.podWorkload(pod, {
      ...this.#podFound(pod, server),
      isService: true,
      extraInfo,
      hasLinkerdSidecar: pod.hasLinkerdSidecar,
    });
    return this.#answer(client, this.#serverOf(resolved, service, meant === undefined ? candidates : []), how);
  }

  #podRecord(client: ResolvedClient, server: SeenServer, address: string): Resolution {
    const { lastSeen } = server;
    const pod = this.#holder(address, lastSeen, client.workload.namespace);
    if ('kind' in pod) return pod;
    if (pod.createdAt > lastSeen - this.#options.trustAfter) return skipped('pod-too-young', pod.namespace);
    const resolved = this.podWorkload(pod, {
      ...this.#podFound(pod, server),
      isService: true,
      extraInfo: 'resolveOtterizeIdentityForDestinationAddress',
      hasLinkerdSidecar: pod.hasLinkerdSidecar,
    });
    return this.#answer(client, direct(resolved), 'handleDNSCaptureResultsAsKubernetesPods');
  }

  #outside(client: ResolvedClient, dnsName: string): Resolution {
    const { name, namespace } = client.workload;
    if (name === mapperName && dnsName !== ownDestination) return skipped('own-traffic', namespace);
    return { kind: 'external', client, dnsName };
  }

  #byAddress(client: ResolvedClient, server: SeenServer): Resolution {
    const how = 'handleInternalTrafficTCPResult';
    const extraInfo = 'resolveDestIdentityTCP';
    const first = this.#serverAt(server.destination, server, { client, extraInfo });
    if (first.kind === 'resolved') return this.#answer(client, this.#reached(first, server), how);
    if (first.kind === 'reading') return first;
    const again = typeof server.destinationIP === 'string' ? server.destinationIP : server.destination;
    if (again === server.destination) return this.#notOrNotYet(first, again, client);
    const second = this.#serverAt(again, server, { client, extraInfo });
    if (second.kind !== 'resolved') return this.#notOrNotYet(second, again, client);
    if (second.workload.kubernetesService !== null) return this.#answer(client, second, how);
    const found = second.found ?? foundNothing;
    const fix = { isSrcControlPlane: client.isApiServer, resolvedUsingIp: true };
    return this.#answer(client, { ...second, found: { ...found, tcpDestResolveFixData: fix } }, how);
  }

  /** Where the agent saw which pod of a Service was reached, that one is the server. */
  #reached(server: ResolvedServer, { destination, destinationIP, lastSeen }: SeenServer): ResolvedServer | Unresolved {
    if (server.candidates.length === 0 || typeof destinationIP !== 'string' || destinationIP === destination)
      return server;
    const pod = this.#holder(destinationIP, lastSeen, server.workload.namespace);
    if ('kind' in pod) return server;
    const resolved = this.podWorkload(pod, {
      ...(server.found ?? foundNothing),
      podHostname: pod.name,
      uptime: this.#now() - pod.createdAt,
    });
    if (resolved.kind !== 'resolved') return resolved;
    const workload = throughService(resolved.workload, server.workload.kubernetesService);
    return { ...resolved, workload, candidates: [] };
  }

  #bySocket(client: ResolvedClient, server: SeenServer): Resolution {
    const service = this.#lookups.serviceHolding(server.destination);
    const extraInfo = service === undefined ? 'addSocketScanPodIntent' : 'ResolveOtterizeIdentityForService';
    const how = service === undefined ? 'addSocketScanPodIntent' : 'addSocketScanServiceIntent';
    const resolved = this.#serverAt(server.destination, server, { client, extraInfo });
    if (resolved.kind !== 'resolved') return this.#notOrNotYet(resolved, server.destination, client);
    return this.#answer(client, resolved, how);
  }

  /** The server at an address that a client called: behind a Service's cluster address, or the pod itself. */
  #serverAt(
    address: string,
    server: SeenServer,
    { client, extraInfo }: { readonly client: ResolvedClient; readonly extraInfo: string },
  ): ResolvedServer | Unresolved {
    const { namespace } = client.workload;
    const named = this.#namedByUid(server);
    if (named !== undefined) return direct(this.podWorkload(named, this.#connectionFound(named, server, extraInfo)));
    const service = this.#lookups.serviceHolding(address) ?? this.#exposed(address, server);
    if (service === 'several') return skipped('ambiguous-service', namespace);
    if (service !== undefined) {
      return this.#behind(service, {
        at: server.lastSeen,
        host: sharedText(server.destination),
        port: server.destinationPort ?? null,
        extraInfo,
      });
    }
    const pod = this.#holder(address, server.lastSeen, namespace);
    if ('kind' in pod) return pod;
    if (pod.createdAt > server.lastSeen - this.#options.trustAfter) return skipped('pod-too-young', namespace);
    return direct(this.podWorkload(pod, this.#connectionFound(pod, server, extraInfo)));
  }

  /** A process on the host network of which the agent said which pod it belongs to. */
  #namedByUid({ destinationPodUid }: SeenServer): PodRecord | undefined {
    return typeof destinationPodUid === 'string' ? this.#lookups.podWithUid(destinationPodUid) : undefined;
  }

  /** Pods reach node ports and load balancers too; only where the port says which Service is meant. */
  #exposed(address: string, { destinationPort }: SeenServer): ServiceRecord | 'several' | undefined {
    return typeof destinationPort === 'number' ? this.#lookups.serviceExposing(address, destinationPort) : undefined;
  }

  /** The first pod behind a Service stands for all of them. */
  #behind(
    service: ServiceRecord,
    {
      at,
      host,
      port = null,
      extraInfo = 'ResolveOtterizeIdentityForService',
    }: { readonly at: number; readonly host: string; readonly port?: number | null; readonly extraInfo?: string },
  ): ResolvedServer | Unresolved {
    const { pods } = this.#lookups.backendsOf(service);
    const first = pods[0];
    const found = { ...foundNothing, host, port, isService: true, extraInfo, lastSeen: at };
    if (first === undefined) {
      if (!isApiServerService(service)) return skipped('service-without-pods', service.namespace);
      return { kind: 'resolved', workload: apiServerWorkload, found, candidates: [] };
    }
    if (first.createdAt > at) return skipped('pod-started-later', service.namespace);
    const resolved = this.podWorkload(first, {
      ...found,
      podHostname: first.name,
      uptime: this.#now() - first.createdAt,
    });
    return this.#serverOf(resolved, service, this.#candidates(pods));
  }

  #serverOf(
    resolved: Resolved | Unresolved,
    service: ServiceRecord,
    candidates: readonly string[],
  ): ResolvedServer | Unresolved {
    if (resolved.kind !== 'resolved') return resolved;
    return { ...resolved, workload: throughService(resolved.workload, service.name), candidates };
  }

  /** The keys of the workloads that pods belong to, when those are several, as far as they are at hand. */
  #candidates(pods: readonly PodRecord[]): readonly string[] {
    const [first] = pods;
    // Replicas of one owner need no walk.
    if (first === undefined || pods.length === 1) return [];
    if (first.owner !== undefined && pods.every(pod => pod.owner?.name === first.owner?.name)) return [];
    const keys = new Set(pods.map(pod => this.#keyOf(pod)).filter(key => key !== undefined));
    return keys.size > 1 ? [...keys] : [];
  }

  #keyOf(pod: PodRecord): string | undefined {
    const identified = this.#identities.of(pod);
    return identified instanceof Promise || identified.kind !== 'identified' ? undefined : identified.workload.key;
  }

  #holder(address: string, at: number, namespace: string): PodRecord | Unresolved {
    const holder = this.#lookups.podHolding(address, { at });
    switch (holder.kind) {
      case 'pod':
        return holder.pod;
      case 'several':
        return skipped('ambiguous-address', namespace);
      case 'host-network':
        return skipped('host-network', namespace);
      case 'not-yet':
        return { kind: 'later', address, reason: holder.reason, namespace };
      case 'nobody':
        return skipped(this.#addressReason(address), namespace);
    }
  }

  /** What an address is that no pod held. */
  #addressReason(address: string): SkipReason {
    if (this.#lookups.isApiServer(address)) return 'api-server-address';
    if (this.#lookups.isNode(address)) return 'node-address';
    if (this.#lookups.mayBecomeAPods(address) || this.#lookups.wasEverAPods(address)) return 'no-pod';
    return 'outside-address';
  }

  /** A server that is not known may become known, when a pod can still turn up for its address. */
  #notOrNotYet(unresolved: Unresolved, address: string, client: ResolvedClient): Unresolved {
    if (unresolved.kind !== 'skipped' || unresolved.reason !== 'no-pod' || !this.#lookups.mayBecomeAPods(address))
      return unresolved;
    return { kind: 'later', address, reason: 'no-pod', namespace: client.workload.namespace };
  }

  #answer(client: ResolvedClient, server: ResolvedServer | Unresolved, how: string): Resolution {
    return server.kind === 'resolved' ? intent(client, server, how) : server;
  }

  #isFromOutside({ srcIp, srcPodUid }: SeenClient): boolean {
    if (typeof srcPodUid === 'string' && srcPodUid !== '') return false;
    const lookups = this.#lookups;
    return !(
      lookups.wasEverAPods(srcIp) ||
      lookups.isNode(srcIp) ||
      lookups.isApiServer(srcIp) ||
      lookups.mayBecomeAPods(srcIp)
    );
  }

  #incoming({ client, server }: Sighting): Resolution {
    const { srcIp } = client;
    if (isLinkLocal(srcIp) || this.#lookups.serviceHolding(srcIp) !== undefined) return skipped('internal-address');
    const { destinationIP: address, destinationPort: port } = server;
    if (typeof address !== 'string' || address === '' || typeof port !== 'number') return skipped('bad-destination');
    const service = this.#lookups.serviceExposing(address, port);
    if (service === 'several') return skipped('ambiguous-service');
    if (service !== undefined) {
      const behind = this.#behind(service, { at: server.lastSeen, host: address });
      return behind.kind === 'resolved' ? { kind: 'incoming', server: behind } : behind;
    }
    const holder = this.#lookups.podHolding(address, { at: server.lastSeen });
    if (holder.kind === 'not-yet') return { kind: 'later', address, reason: holder.reason };
    if (holder.kind !== 'pod') {
      if (holder.kind === 'nobody' && this.#lookups.mayBecomeAPods(address))
        return { kind: 'later', address, reason: 'no-pod' };
      return skipped(
        holder.kind === 'several'
          ? 'ambiguous-address'
          : holder.kind === 'host-network'
            ? 'host-network'
            : 'load-balancer-name',
      );
    }
    const { pod } = holder;
    const { destination } = server;
    if (destination !== '' && destination !== address && destination !== pod.name)
      return skipped('name-mismatch', pod.namespace);
    const resolved = this.#clientPod(pod, { srcIp: address, srcHostname: '', srcPodUid: pod.uid }, server.lastSeen);
    return resolved.kind === 'resolved' ? { kind: 'incoming', server: resolved } : resolved;
  }

  #podFound(pod: PodRecord, server: SeenServer): Found {
    return {
      ...foundNothing,
      host: sharedText(server.destination),
      podHostname: pod.name,
      lastSeen: server.lastSeen,
      uptime: this.#now() - pod.createdAt,
    };
  }

  #connectionFound(pod: PodRecord, server: SeenServer, extraInfo: string): Found {
    return {
      ...this.#podFound(pod, server),
      port: server.destinationPort ?? null,
      isService: false,
      extraInfo,
      hasLinkerdSidecar: pod.hasLinkerdSidecar,
    };
  }
}

function intent(client: Resolved, server: ResolvedServer, how: string): IntentResolution {
  return { kind: 'intent', client, server, how };
}

/** A server that was reached at its own address. */
function direct(resolved: Resolved | Unresolved): ResolvedServer | Unresolved {
  return resolved.kind === 'resolved' ? { ...resolved, candidates: [] } : resolved;
}

function isApiServerService(service: ServiceRecord): boolean {
  return service.name === apiServer.name && service.namespace === apiServer.namespace;
}

/** Link-local: RFC 3927, RFC 4291 section 2.5.6. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}
