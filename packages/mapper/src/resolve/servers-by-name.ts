import { foundNothing, sharedText } from '@network-mapper/model';
import type { SeenServer } from './seen.ts';
import { apiServerWorkload, isApiServerService } from './api-server.ts';
import { reachedThrough } from './behind-service.ts';
import type { ResolvedClient } from './clients.ts';
import { parseDnsName } from './dns-name.ts';
import type { Lookups, ServiceRecord } from './lookups.ts';
import type { Pods, ResolveParts } from './pods.ts';
import { direct, intent, skipped, type Resolution } from './resolution.ts';

export interface ServersByNameOptions {
  /** Lower-case, without a leading or trailing dot. */
  readonly clusterDomain: string;
  /** Milliseconds that a server must have lived before its address is believed; 0 believes at once. */
  readonly trustAfter: number;
}

const how = 'handleDNSCaptureResultsAsKubernetesPods';
/** The mapper's own calls are left out, but for those to the cloud it uploads to. */
const mapperName = 'otterize-network-mapper';
const ownDestination = 'app.otterize.com';

/** Servers of which a client asked DNS. */
export class ServersByName {
  readonly #lookups: Lookups;
  readonly #pods: Pods;
  readonly #options: ServersByNameOptions;

  constructor({ lookups }: ResolveParts, pods: Pods, options: ServersByNameOptions) {
    this.#lookups = lookups;
    this.#pods = pods;
    this.#options = options;
  }

  resolve(client: ResolvedClient, server: SeenServer): Resolution {
    const name = parseDnsName(server.destination, this.#options.clusterDomain);
    const { namespace } = client.workload;
    switch (name.kind) {
      case 'malformed':
        return skipped('bad-name', namespace);
      case 'outside':
        return outside(client, name.name);
      case 'pod':
        return this.#podRecord(client, server, name.address);
      case 'service':
        break;
    }
    const service = this.#lookups.serviceNamed(name);
    if (service === undefined) return skipped('unknown-service', namespace);
    if (service.externalName !== undefined) return outside(client, service.externalName);
    if (isApiServerService(service)) return toApiServer(client, server);
    return this.#service(client, server, { service, ofOnePod: name.ofOnePod });
  }

  #service(
    client: ResolvedClient,
    server: SeenServer,
    { service, ofOnePod }: { readonly service: ServiceRecord; readonly ofOnePod: boolean },
  ): Resolution {
    const { namespace } = client.workload;
    const behind = this.#lookups.backendsOf(service);
    const pods =
      behind.newest < server.lastSeen ? behind.pods : behind.pods.filter(pod => pod.createdAt < server.lastSeen);
    const candidates = this.#pods.candidates(pods, behind);
    // A pod's own name under a headless Service says which one was meant; else the first pod stands for all.
    const meant =
      ofOnePod && candidates.length > 1
        ? pods.find(pod => pod.addresses.includes(server.destinationIP ?? ''))
        : undefined;
    const pod = meant ?? pods[0];
    if (pod === undefined)
      return skipped(behind.pods.length > 0 ? 'pod-started-later' : 'service-without-pods', namespace);
    const resolved = reachedThrough(service, {
      server: this.#pods.workload(pod, this.#pods.foundByName(pod, server)),
      candidates: meant === undefined ? candidates : [],
    });
    return intent(client, resolved, how);
  }

  /** A name made of a pod's address: `10-1-0-40.shop.pod.cluster.local`. */
  #podRecord(client: ResolvedClient, server: SeenServer, address: string): Resolution {
    const { lastSeen } = server;
    const pod = this.#pods.serverHolding(address, lastSeen, client.workload.namespace);
    if ('kind' in pod) return pod;
    if (pod.createdAt > lastSeen - this.#options.trustAfter) return skipped('pod-too-young', pod.namespace);
    return intent(client, direct(this.#pods.workload(pod, this.#pods.foundByName(pod, server))), how);
  }
}

function outside(client: ResolvedClient, dnsName: string): Resolution {
  const { name, namespace } = client.workload;
  if (name === mapperName && dnsName !== ownDestination) return skipped('own-traffic', namespace);
  return { kind: 'external', client, dnsName };
}

function toApiServer(client: ResolvedClient, { destination, lastSeen }: SeenServer): Resolution {
  const found = {
    ...foundNothing,
    host: sharedText(destination),
    lastSeen,
    isService: true,
    extraInfo: 'resolveOtterizeIdentityForDestinationAddress',
  };
  return intent(client, { kind: 'resolved', workload: apiServerWorkload, found, candidates: [] }, how);
}
