import type { SeenClient, Sighting } from './seen.ts';
import type { BehindService } from './behind-service.ts';
import { isKnownByUid, type Clients } from './clients.ts';
import type { Holder, Lookups } from './lookups.ts';
import type { ResolveParts } from './pods.ts';
import { skipped, untold, type Resolution, type Resolved, type Unresolved } from './resolution.ts';

/** Connections from addresses outside the cluster. */
export class FromOutside {
  readonly #lookups: Lookups;
  readonly #clients: Clients;
  readonly #behind: BehindService;

  constructor(
    { lookups }: ResolveParts,
    { clients, behind }: { readonly clients: Clients; readonly behind: BehindService },
  ) {
    this.#lookups = lookups;
    this.#clients = clients;
    this.#behind = behind;
  }

  isOutside(client: SeenClient): boolean {
    if (isKnownByUid(client)) return false;
    const { srcIp } = client;
    const lookups = this.#lookups;
    return !(
      lookups.wasEverAPods(srcIp) ||
      lookups.isNode(srcIp) ||
      lookups.isApiServer(srcIp) ||
      lookups.mayBecomeAPods(srcIp)
    );
  }

  /** The server that was reached from outside: behind a node port or a load balancer, or the pod itself. */
  resolve({ client: { srcIp }, server }: Sighting): Resolution {
    if (isLinkLocal(srcIp) || this.#lookups.serviceHolding(srcIp) !== undefined) return skipped('internal-address');
    const { destinationIP: address, destinationPort: port, lastSeen: at } = server;
    if (typeof address !== 'string' || address === '' || typeof port !== 'number') return skipped('bad-destination');
    const service = this.#lookups.serviceExposing(address, port);
    if (service === 'several') return skipped('ambiguous-service');
    if (service !== undefined) return incoming(this.#behind.resolve(service, { at, host: address }));
    const holder = this.#lookups.podHolding(address, { at });
    if (holder.kind !== 'pod') return this.#withoutPod(holder, address);
    const { pod } = holder;
    const { destination } = server;
    if (destination !== '' && destination !== address && destination !== pod.name)
      return skipped('name-mismatch', pod.namespace);
    return incoming(this.#clients.pod(pod, { srcIp: address, srcHostname: '', srcPodUid: pod.uid }, at));
  }

  #withoutPod(holder: Exclude<Holder, { kind: 'pod' }>, address: string): Unresolved {
    if (holder.kind !== 'nobody') return untold(holder, { address });
    return this.#lookups.mayBecomeAPods(address)
      ? { kind: 'later', address, reason: 'no-pod' }
      : skipped('load-balancer-name');
  }
}

function incoming(server: Resolved | Unresolved): Resolution {
  return server.kind === 'resolved' ? { kind: 'incoming', server } : server;
}

/** Link-local: RFC 3927, RFC 4291 section 2.5.6. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}
