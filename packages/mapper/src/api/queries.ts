import type { QueryArguments } from '@network-mapper/api';
import { hasPort, skipReasons, type Edge, type IntentEdge, type SkipReason } from '@network-mapper/model';
import type { Explain } from '../resolve/explain.ts';
import type { EdgeStore } from '../store/edge-store.ts';
import { averageLevel } from '../store/traffic-levels.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import { clientOf, serverOf, type ShownIdentity } from './fields.ts';
import { intentFilter, type IntentArguments } from './intent-filter.ts';
import type { AnswerContext } from './json-writer.ts';
import type { RootField, RootFields } from './operation.ts';
import { toPage, type PageArguments } from './page.ts';

export interface QueryParts {
  readonly map: TrafficMap;
  readonly explain: Explain;
  readonly now: () => number;
}

interface TrafficArguments extends PageArguments {
  readonly namespaces?: readonly string[] | null | undefined;
  readonly since?: number | null | undefined;
}

/** What answers each field of `Query`. Arguments have been checked against the schema: their types are the schema's. */
export function createQueries({ map, explain, now }: QueryParts): RootFields<QueryArguments> {
  return {
    health: { resolve: () => true },
    intents: { labels: shownLabels, resolve: args => intents(map, args) },
    serviceIntents: { labels: shownLabels, resolve: args => serviceIntents(map, args) },
    externalTraffic: page((args: TrafficArguments) =>
      toPage(edges(map.external, args), edge => `${edge.client.key}\0${edge.dnsName}`, args),
    ),
    incomingTraffic: page((args: QueryArguments['incomingTraffic']) => {
      const { port } = args;
      const wanted = edges(map.incoming, args).filter(
        edge => typeof port !== 'number' || hasPort(edge.endpoints, port),
      );
      return toPage(wanted, edge => `${edge.server.key}\0${edge.address}`, args);
    }),
    cloudOperations: page((args: QueryArguments['cloudOperations']) => {
      const { provider } = args;
      const wanted = edges(map.cloud, args).filter(edge => typeof provider !== 'string' || edge.provider === provider);
      return toPage(
        wanted,
        edge =>
          [`${edge.client.namespace}/${edge.client.name}`, edge.provider, edge.resource, edge.iamRole ?? ''].join('\0'),
        args,
      );
    }),
    trafficLevels: page((args: TrafficArguments) => {
      const levels = edges(map.trafficLevels, args).map(edge => {
        const average = averageLevel(edge, now());
        const { client, server, lastSeen } = edge;
        return (
          average && {
            ...average,
            lastSeen,
            source: { workload: client, provenance: null },
            destination: { workload: server, provenance: null },
          }
        );
      });
      return toPage(
        levels.filter(level => level !== undefined),
        ({ source, destination }) => `${source.workload.key}\0${destination.workload.key}`,
        args,
      );
    }),
    unmapped: page((args: QueryArguments['unmapped']) => unmapped(map, args)),
    agents: { resolve: () => [map.agents.all()] },
    serviceIdentity: page(explain),
  };
}

function page<Args>(resolve: (args: Args) => unknown): RootField<Args> {
  return { labels: () => 'all', resolve };
}

function shownLabels({ includeAllLabels, includeLabels }: IntentArguments): AnswerContext['labels'] {
  return includeAllLabels === true ? 'all' : new Set(includeLabels ?? []);
}

/** The calls, some clients' at a time. */
function* intents(map: TrafficMap, args: IntentArguments): Generator<readonly IntentEdge[]> {
  const { namespaces, wanted } = intentFilter(map.intents, args);
  for (const edges of map.intents.byOwner(namespaces)) yield wanted === undefined ? edges : edges.filter(wanted);
}

function* serviceIntents(map: TrafficMap, args: IntentArguments): Generator<readonly object[]> {
  for (const edges of intents(map, args)) {
    const [first] = edges;
    if (first === undefined) {
      yield [];
      continue;
    }
    const servers = new Map<string, ShownIdentity>();
    for (const edge of edges) {
      if (!servers.has(edge.server.key)) servers.set(edge.server.key, serverOf(edge));
    }
    yield [
      {
        client: clientOf(first),
        intents: servers.values(),
      },
    ];
  }
}

function edges<E extends Edge, S>(
  store: EdgeStore<E, S>,
  { namespaces, since }: TrafficArguments,
): Iterator<E, undefined> & IteratorObject<E, undefined> {
  const only = namespaces && namespaces.length > 0 ? new Set(namespaces) : undefined;
  return store
    .byOwner(only)
    .flatMap(list => list)
    .filter(edge => typeof since !== 'number' || edge.lastSeen >= since);
}

function unmapped(map: TrafficMap, args: QueryArguments['unmapped']): object {
  const { reasons, evidence, namespaces, since } = args;
  const allows = (list: readonly string[] | null | undefined, value: string | null): boolean =>
    !list || list.length === 0 || (value !== null && list.includes(value));
  const pairs = map.unmapped
    .pairs()
    .filter(
      pair => allows(reasons, pair.reason) && allows(evidence, pair.evidence) && allows(namespaces, pair.namespace),
    )
    .filter(pair => typeof since !== 'number' || pair.lastSeen >= since);
  const totals = map.unmapped.totals().map(total => ({ ...total, meaning: meaningOf(total.reason) }));
  return {
    totals,
    ...toPage(pairs, ({ reason, evidence: kind, client, server }) => `${reason} ${kind} ${client} ${server}`, args),
  };
}

function meaningOf(reason: SkipReason): string {
  return skipReasons[reason];
}
