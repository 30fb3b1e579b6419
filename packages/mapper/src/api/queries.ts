import type { QueryArguments } from '@network-mapper/api';
import {
  hasPort,
  identityKey,
  skipReasons,
  type Edge,
  type IntentEdge,
  type ServiceIdentity,
  type SkipReason,
} from '@network-mapper/model';
import { GraphQLError } from 'graphql';
import type { Scope } from '../auth/access-reviews.ts';
import { mayRead, visible } from '../auth/visible.ts';
import type { WorkloadDetails } from '../cluster/workload-details.ts';
import type { Explain, Explanation } from '../resolve/explain.ts';
import type { EdgeStore } from '../store/edge-store.ts';
import { averageLevel } from '../store/traffic-levels.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { UnmappedPair } from '../store/unmapped.ts';
import { clientOf, serverOf, type ShownIdentity } from './fields.ts';
import { createIntentChanges } from './intent-changes.ts';
import { intentFilter, type IntentArguments } from './intent-filter.ts';
import type { AnswerContext } from './json-writer.ts';
import type { RootField, RootFields } from './operation.ts';
import { toPage, type PageArguments } from './page.ts';

export interface QueryParts {
  readonly map: TrafficMap;
  readonly explain: Explain;
  readonly details: (workload: ServiceIdentity) => Promise<WorkloadDetails>;
  readonly now: () => number;
}

interface TrafficArguments extends PageArguments {
  readonly namespaces?: readonly string[] | null | undefined;
  readonly since?: number | null | undefined;
}

/** What answers each field of `Query`. Arguments have been checked against the schema: their types are the schema's. */
export function createQueries({ map, explain, details, now }: QueryParts): RootFields<QueryArguments> {
  return {
    health: { resolve: () => true },
    intents: { labels: shownLabels, resolve: (args, { edges: scope }) => intents(map, args, scope) },
    serviceIntents: { labels: shownLabels, resolve: (args, { edges: scope }) => serviceIntents(map, args, scope) },
    externalTraffic: page((args: TrafficArguments, { edges: scope }) =>
      toPage(
        edges(map.external, args).filter(edge => mayRead(scope, edge.client.namespace)),
        edge => `${edge.client.key}\0${edge.dnsName}`,
        args,
      ),
    ),
    incomingTraffic: page((args: QueryArguments['incomingTraffic'], { edges: scope }) => {
      const { port } = args;
      const wanted = edges(map.incoming, args).filter(
        edge => mayRead(scope, edge.server.namespace) && (typeof port !== 'number' || hasPort(edge.endpoints, port)),
      );
      return toPage(wanted, edge => `${edge.server.key}\0${edge.address}`, args);
    }),
    cloudOperations: page((args: QueryArguments['cloudOperations'], { edges: scope }) => {
      const { provider } = args;
      const wanted = edges(map.cloud, args).filter(
        edge => mayRead(scope, edge.client.namespace) && (typeof provider !== 'string' || edge.provider === provider),
      );
      return toPage(
        wanted,
        edge => [identityKey(edge.client), edge.provider, edge.resource, edge.iamRole ?? ''].join('\0'),
        args,
      );
    }),
    trafficLevels: page((args: TrafficArguments, { edges: scope }) => {
      const levels = edges(map.trafficLevels, args).map(each => {
        const edge = visible(each, scope);
        if (edge === undefined) return undefined;
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
    unmapped: page((args: QueryArguments['unmapped'], { unmapped: scope }) => unmapped(map, args, scope)),
    agents: { resolve: () => [map.agents.all()] },
    serviceIdentity: page(async (args: QueryArguments['serviceIdentity'], { edges: scope }) =>
      readable(await explain(args), scope),
    ),
    changes: page(createIntentChanges(map.log)),
    workload: page((workload: QueryArguments['workload'], { edges: scope }) => {
      if (mayRead(scope, workload.namespace)) return details(workload);
      throw new GraphQLError('edges of that namespace may not be read', { extensions: { code: 'FORBIDDEN' } });
    }),
  };
}

function page<Args>(resolve: RootField<Args>['resolve']): RootField<Args> {
  return { labels: () => 'all', resolve };
}

function shownLabels({ includeAllLabels, includeLabels }: IntentArguments): AnswerContext['labels'] {
  return includeAllLabels === true ? 'all' : new Set(includeLabels ?? []);
}

/** The calls, some clients' at a time. */
function* intents(map: TrafficMap, args: IntentArguments, scope: Scope): Generator<readonly IntentEdge[]> {
  const { namespaces, wanted } = intentFilter(map.intents, args);
  for (const edges of map.intents.byOwner(namespaces)) {
    const shown = scope === 'all' ? edges : edges.flatMap(edge => visible(edge, scope) ?? []);
    yield wanted === undefined ? shown : shown.filter(wanted);
  }
}

function* serviceIntents(map: TrafficMap, args: IntentArguments, scope: Scope): Generator<readonly object[]> {
  for (const edges of intents(map, args, scope)) {
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

function unmapped(map: TrafficMap, args: QueryArguments['unmapped'], scope: Scope): object {
  const { reasons, evidence, namespaces, since } = args;
  const allows = (list: readonly string[] | null | undefined, value: string | null): boolean =>
    !list || list.length === 0 || (value !== null && list.includes(value));
  const pairs = map.unmapped
    .pairs()
    .filter(({ namespace }) => scope === 'all' || (namespace !== null && scope.has(namespace)))
    .filter(
      pair => allows(reasons, pair.reason) && allows(evidence, pair.evidence) && allows(namespaces, pair.namespace),
    )
    .filter(pair => typeof since !== 'number' || pair.lastSeen >= since);
  const totals = (scope === 'all' ? map.unmapped.totals() : totalsOf(pairs)).map(total => ({
    ...total,
    meaning: meaningOf(total.reason),
  }));
  return {
    totals,
    ...toPage(pairs, ({ reason, evidence: kind, client, server }) => `${reason} ${kind} ${client} ${server}`, args),
  };
}

/** Whoever may see some namespaces gets the totals of what is listed of them. */
function totalsOf(pairs: readonly UnmappedPair[]): readonly Pick<UnmappedPair, 'reason' | 'evidence' | 'count'>[] {
  const groups = Map.groupBy(pairs, ({ reason, evidence }) => `${reason} ${evidence}`);
  return [...groups.values()].flatMap(group =>
    group[0] === undefined
      ? []
      : {
          reason: group[0].reason,
          evidence: group[0].evidence,
          count: group.reduce((sum, { count }) => sum + count, 0),
        },
  );
}

/** What is known of a pod or Service is for those who may read its namespace. */
function readable(explanation: Explanation, scope: Scope): Explanation {
  const { pod, service, identity } = explanation;
  const namespaces = [identity?.workload.namespace, pod?.split('/')[0], service?.split('/')[0]];
  if (namespaces.every(namespace => namespace === undefined || mayRead(scope, namespace))) return explanation;
  throw new GraphQLError('edges of that namespace may not be read', { extensions: { code: 'FORBIDDEN' } });
}

function meaningOf(reason: SkipReason): string {
  return skipReasons[reason];
}
