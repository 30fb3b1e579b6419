import type { SeenClient, SeenServer, Sighting } from '../resolve/seen.ts';
import { skipped, type IntentResolution, type Unresolved } from '../resolve/resolution.ts';
import type { Resolver } from '../resolve/resolver.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { Fact } from './fact.ts';

export interface CaptureParts {
  readonly resolver: Resolver;
  readonly map: TrafficMap;
  readonly excludedNamespaces: ReadonlySet<string>;
  /** Whether calls to names outside, and from addresses outside, are wanted. */
  readonly captureOutside: boolean;
  readonly evidence: Readonly<Record<Sighting['evidence'], boolean>>;
}

/** What one agent saw of one client, as it reports it. */
export interface RecordedSource extends SeenClient {
  readonly destinations: readonly SeenServer[];
}

/** How long an answer of DNS is believed that came without its lifetime, in seconds. */
const defaultTtl = 120;

/** The facts of a report of DNS answers, connections or open sockets. */
export function* captureFacts(
  evidence: Sighting['evidence'],
  sources: readonly RecordedSource[],
  parts: CaptureParts,
): Generator<Fact> {
  for (const client of sources) {
    for (const server of client.destinations) yield new CaptureFact(evidence, client, server, parts);
  }
}

class CaptureFact implements Fact, Sighting {
  readonly evidence: Sighting['evidence'];
  readonly client: SeenClient;
  readonly server: SeenServer;
  readonly #parts: CaptureParts;

  constructor(evidence: Sighting['evidence'], client: SeenClient, server: SeenServer, parts: CaptureParts) {
    this.evidence = evidence;
    this.client = client;
    this.server = server;
    this.#parts = parts;
  }

  get clientName(): string {
    return this.client.srcIp;
  }

  get serverName(): string {
    return this.server.destination;
  }

  get at(): number {
    return this.server.lastSeen;
  }

  settle(): Unresolved | undefined {
    const { resolver, evidence } = this.#parts;
    if (!evidence[this.evidence]) return skipped('evidence-off');
    const resolution = resolver.resolve(this);
    switch (resolution.kind) {
      case 'intent':
        return this.#intent(resolution);
      case 'external': {
        const { client, dnsName } = resolution;
        const { destinationIP: address = null, TTL: ttl, lastSeen: at } = this.server;
        if (address !== null) this.#parts.map.dnsCache.add({ name: dnsName, address, ttl: ttl ?? defaultTtl });
        const unwanted = this.#unwantedOutside(client.workload.namespace);
        if (unwanted !== undefined) return unwanted;
        this.#parts.map.external.add({ client: client.workload, dnsName, address, at });
        return undefined;
      }
      case 'incoming': {
        const { workload: server, found } = resolution.server;
        const { lastSeen: at, destinationPort: port = null, srcPorts } = this.server;
        const unwanted = this.#unwantedOutside(server.namespace);
        if (unwanted !== undefined) return unwanted;
        this.#parts.map.incoming.add({
          server,
          found,
          address: this.client.srcIp,
          at,
          port,
          clientPorts: srcPorts ?? [],
        });
        return undefined;
      }
      default:
        return resolution;
    }
  }

  #intent({ client, server, how }: IntentResolution): Unresolved | undefined {
    const { excludedNamespaces, map } = this.#parts;
    if (excludedNamespaces.size > 0) {
      for (const { namespace } of [client.workload, server.workload])
        if (excludedNamespaces.has(namespace)) return skipped('excluded-namespace', namespace);
    }
    const seen = this.server;
    map.intents.add({
      client: client.workload,
      clientFound: client.found,
      server: server.workload,
      serverFound: server.found,
      type: null,
      how,
      evidence: this.evidence,
      at: seen.lastSeen,
      firstAt: seen.firstSeen ?? seen.lastSeen,
      count: seen.connections ?? 1,
      port: seen.destinationPort ?? null,
      // The original's agents do not say; what they capture of connections is TCP.
      protocol: seen.protocol ?? (this.evidence === 'DNS' ? null : 'TCP'),
      clientPorts: this.evidence === 'DNS' ? undefined : (seen.srcPorts ?? []),
      candidates: server.candidates,
    });
    return undefined;
  }

  #unwantedOutside(namespace: string): Unresolved | undefined {
    if (!this.#parts.captureOutside) return skipped('external-off', namespace);
    return this.#parts.excludedNamespaces.has(namespace) ? skipped('excluded-namespace', namespace) : undefined;
  }
}
