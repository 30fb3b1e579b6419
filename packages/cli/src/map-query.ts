import { operations, type MapperAnswer, type MapperClient } from '@network-mapper/api';
import { CliError } from './cli-error.ts';
import type { MapFilter } from './map-filter.ts';
import type { MapCall } from './network-map.ts';

/** A service as the queries here ask for it; older mappers leave out all but name and namespace. */
export interface QueriedIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: readonly { readonly key: string; readonly value: string }[] | null;
  readonly podOwnerKind?: { readonly kind: string } | null;
  readonly kubernetesService?: string | null;
}

export interface QueriedIntent {
  readonly client: QueriedIdentity;
  readonly server: QueriedIdentity;
  readonly kafkaTopics?: readonly { readonly name: string; readonly operations?: readonly string[] | null }[] | null;
  readonly httpResources?: readonly { readonly path: string; readonly methods?: readonly string[] | null }[] | null;
}

function variablesOf({ namespaces, distinctByLabel, excludeLabels, server }: MapFilter): operations.IntentsVariables {
  return {
    namespaces,
    includedLabels: distinctByLabel === undefined ? null : [distinctByLabel],
    excludeServiceWithLabels: excludeLabels,
    server: server ?? null,
  };
}

/** The calls on the map. `oldMapper` is called before a mapper that knows no `intents` is asked in its own way. */
export async function queryIntents(
  client: MapperClient,
  filter: MapFilter,
  oldMapper: () => void,
): Promise<readonly QueriedIntent[]> {
  const answer = await client.ask({ ...operations.intents, variables: variablesOf(filter) });
  if (answer.kind !== 'unsupported') return dataOf(answer).intents;
  oldMapper();
  return queryServiceIntents(client, filter);
}

async function queryServiceIntents(client: MapperClient, filter: MapFilter): Promise<readonly QueriedIntent[]> {
  const { namespaces, distinctByLabel } = filter;
  const answer: MapperAnswer<OldServiceIntents> = await (distinctByLabel === undefined
    ? client.ask({ ...operations.serviceIntentsUpToMapperV017, variables: { namespaces } })
    : client.ask({
        ...operations.serviceIntentsWithLabels,
        variables: { namespaces, includedLabels: [distinctByLabel] },
      }));
  if (answer.kind === 'unsupported' && distinctByLabel !== undefined) {
    throw new CliError('listing intents with labels filter is not supported by your network mapper. Please upgrade');
  }
  return dataOf(answer).serviceIntents.flatMap(({ client: from, intents }) =>
    intents.map(server => ({ client: from, server })),
  );
}

interface OldServiceIntents {
  readonly serviceIntents: readonly {
    readonly client: QueriedIdentity;
    readonly intents: readonly QueriedIdentity[];
  }[];
}

type WideIntent = operations.WideIntent;

/** The calls with everything that only this project's mapper knows of them. */
export async function queryCalls(client: MapperClient, filter: MapFilter): Promise<readonly MapCall[]> {
  const answer = await client.ask({
    ...operations.wideIntents,
    variables: { ...variablesOf(filter), since: filter.since ?? null },
  });
  if (answer.kind === 'unsupported') {
    throw new CliError(`this mapper does not report ports and evidence: please upgrade it (${answer.problem})`);
  }
  return dataOf(answer).intents.map(toCall);
}

/** A call of the mapper's answer as a snapshot has it. */
export function toCall({ firstSeen, lastSeen, count, kafkaTopics, httpResources, ...intent }: WideIntent): MapCall {
  return {
    ...intent,
    kafkaTopics: (kafkaTopics ?? []).map(({ operations, ...topic }) => ({ ...topic, operations: operations ?? [] })),
    httpResources: (httpResources ?? []).map(({ methods, ...resource }) => ({ ...resource, methods: methods ?? [] })),
    sightings: { firstSeen, lastSeen, count },
  };
}

/** The data of an answer; CliError without one. */
export function dataOf<T>(answer: MapperAnswer<T>): T {
  if (answer.kind === 'answered') return answer.data;
  throw new CliError(answer.problem);
}
