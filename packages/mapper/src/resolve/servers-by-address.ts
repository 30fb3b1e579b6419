import { foundNothing, sharedText, throughService } from '@network-mapper/model';
import type { SeenServer } from './seen.ts';
import type { BehindService } from './behind-service.ts';
import type { ResolvedClient } from './clients.ts';
import type { Lookups, PodRecord, ServiceRecord } from './lookups.ts';
import type { Pods, ResolveParts } from './pods.ts';
import { direct, intent, skipped, type Resolution, type ResolvedServer, type Unresolved } from './resolution.ts';

export interface ServersByAddressOptions {
  /** Milliseconds that a server must have lived before its address is believed; 0 believes at once. */
  readonly trustAfter: number;
}

/** What was called, from which client, by which evidence (in the original's words). */
interface Call {
  readonly client: ResolvedClient;
  readonly server: SeenServer;
  readonly extraInfo: string;
}

/** Servers to which connections were seen: at a Service's address, or at their own. */
export class ServersByAddress {
  readonly #lookups: Lookups;
  readonly #pods: Pods;
  readonly #behind: BehindService;
  readonly #options: ServersByAddressOptions;

  constructor(
    { lookups }: ResolveParts,
    { pods, behind }: { readonly pods: Pods; readonly behind: BehindService },
    options: ServersByAddressOptions,
  ) {
    this.#lookups = lookups;
    this.#pods = pods;
    this.#behind = behind;
    this.#options = options;
  }

  /** A new connection: at the address the client called, else at the one that was reached. */
  opened(client: ResolvedClient, server: SeenServer): Resolution {
    const how = 'handleInternalTrafficTCPResult';
    const call = { client, server, extraInfo: 'resolveDestIdentityTCP' };
    const { destination, destinationIP } = server;
    const first = this.#at(destination, call);
    if (first.kind === 'resolved') return intent(client, this.#reached(first, server), how);
    if (first.kind === 'reading') return first;
    const again = typeof destinationIP === 'string' ? destinationIP : destination;
    if (again === destination) return this.#orLater(first, again, client);
    const second = this.#at(again, call);
    if (second.kind !== 'resolved') return this.#orLater(second, again, client);
    if (second.workload.kubernetesService !== null) return intent(client, second, how);
    const found = second.found ?? foundNothing;
    const fix = { isSrcControlPlane: client.isApiServer, resolvedUsingIp: true };
    return intent(client, { ...second, found: { ...found, tcpDestResolveFixData: fix } }, how);
  }

  /** An open socket: only at the address the client called. */
  open(client: ResolvedClient, server: SeenServer): Resolution {
    const { destination } = server;
    const isService = this.#lookups.serviceHolding(destination) !== undefined;
    const how = isService ? 'addSocketScanServiceIntent' : 'addSocketScanPodIntent';
    const extraInfo = isService ? 'ResolveOtterizeIdentityForService' : 'addSocketScanPodIntent';
    const resolved = this.#at(destination, { client, server, extraInfo });
    return resolved.kind === 'resolved' ? intent(client, resolved, how) : this.#orLater(resolved, destination, client);
  }

  /** The server at an address: the pod that the agent named, what is behind a Service's address, or the pod that held it. */
  #at(address: string, { client, server, extraInfo }: Call): ResolvedServer | Unresolved {
    const { namespace } = client.workload;
    const named = this.#namedByUid(server);
    if (named !== undefined)
      return direct(this.#pods.workload(named, this.#pods.foundByConnection(named, server, extraInfo)));
    const service = this.#lookups.serviceHolding(address) ?? this.#exposed(address, server);
    if (service === 'several') return skipped('ambiguous-service', namespace);
    if (service !== undefined) {
      const { lastSeen: at, destination, destinationPort: port = null } = server;
      return this.#behind.resolve(service, { at, host: sharedText(destination), port, extraInfo });
    }
    const pod = this.#pods.serverHolding(address, server.lastSeen, namespace);
    if ('kind' in pod) return pod;
    if (pod.createdAt > server.lastSeen - this.#options.trustAfter) return skipped('pod-too-young', namespace);
    return direct(this.#pods.workload(pod, this.#pods.foundByConnection(pod, server, extraInfo)));
  }

  /** Where the agent saw which pod of a Service was reached, that one is the server. */
  #reached(server: ResolvedServer, { destination, destinationIP, lastSeen }: SeenServer): ResolvedServer | Unresolved {
    if (server.candidates.length === 0 || typeof destinationIP !== 'string' || destinationIP === destination)
      return server;
    const pod = this.#pods.serverHolding(destinationIP, lastSeen, server.workload.namespace);
    if ('kind' in pod) return server;
    const resolved = this.#pods.workload(pod, {
      ...(server.found ?? foundNothing),
      podHostname: pod.name,
      uptime: this.#pods.uptime(pod),
    });
    if (resolved.kind !== 'resolved') return resolved;
    const workload = throughService(resolved.workload, server.workload.kubernetesService);
    return { ...resolved, workload, candidates: [] };
  }

  /** A process on the host network of which the agent said which pod it belongs to. */
  #namedByUid({ destinationPodUid }: SeenServer): PodRecord | undefined {
    return typeof destinationPodUid === 'string' ? this.#lookups.podWithUid(destinationPodUid) : undefined;
  }

  /** Pods reach node ports and load balancers too; only where the port says which Service is meant. */
  #exposed(address: string, { destinationPort }: SeenServer): ServiceRecord | 'several' | undefined {
    return typeof destinationPort === 'number' ? this.#lookups.serviceExposing(address, destinationPort) : undefined;
  }

  /** A server that is not known may become known, when a pod can still turn up for its address. */
  #orLater(unresolved: Unresolved, address: string, client: ResolvedClient): Unresolved {
    if (unresolved.kind !== 'skipped' || unresolved.reason !== 'no-pod' || !this.#lookups.mayBecomeAPods(address))
      return unresolved;
    return { kind: 'later', address, reason: 'no-pod', namespace: client.workload.namespace };
  }
}
