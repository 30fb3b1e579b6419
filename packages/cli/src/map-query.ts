import type { MapperAnswer, MapperClient } from '@network-mapper/api';
import { CliError } from './cli-error.ts';

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

export interface MapFilter {
  readonly namespaces: readonly string[];
  /** Undefined when clients are not told apart by a label; may be empty. */
  readonly distinctByLabel: string | undefined;
  readonly excludeLabels: readonly string[];
  readonly server: { readonly name: string; readonly namespace: string } | undefined;
}

const nameFragment = 'fragment NamespacedNameFragment on OtterizeServiceIdentity { name namespace }';
const identityFragments = `
fragment NamespacedNameWithLabelsFragment on OtterizeServiceIdentity {
  ...NamespacedNameFragment
  ...LabelsFragment
  ...PodOwnerKind
  kubernetesService
}
${nameFragment}
fragment LabelsFragment on OtterizeServiceIdentity { labels { key value } }
fragment PodOwnerKind on OtterizeServiceIdentity { podOwnerKind { group version kind } }`;

/** The query of the Otterize CLI; `more` asks for further fields of an intent. */
function intentsDocument(more: string): string {
  return `query Intents($namespaces: [String!], $includedLabels: [String!], $excludeServiceWithLabels: [String!], $server: ServerFilter) {
  intents(namespaces: $namespaces, includeLabels: $includedLabels, excludeServiceWithLabels: $excludeServiceWithLabels, server: $server) {
    client { ...NamespacedNameWithLabelsFragment }
    server { ...NamespacedNameWithLabelsFragment }
    type
    kafkaTopics { name operations }
    httpResources { path methods }
    ${more}
  }
}${identityFragments}`;
}

const withLabels = `query ServiceIntentsWithLabels($namespaces: [String!], $includedLabels: [String!]) {
  serviceIntents(namespaces: $namespaces, includeLabels: $includedLabels) {
    client { ...NamespacedNameWithLabelsFragment }
    intents { ...NamespacedNameWithLabelsFragment }
  }
}${identityFragments}`;

const namesOnly = `query ServiceIntentsUpToMapperV017($namespaces: [String!]) {
  serviceIntents(namespaces: $namespaces) {
    client { ...NamespacedNameFragment }
    intents { ...NamespacedNameFragment }
  }
}
${nameFragment}`;

function variablesOf({
  namespaces,
  distinctByLabel,
  excludeLabels,
  server,
}: MapFilter): Readonly<Record<string, unknown>> {
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
  const answer = await client.ask<{ intents: readonly QueriedIntent[] }>({
    document: intentsDocument(''),
    operationName: 'Intents',
    variables: variablesOf(filter),
  });
  if (answer.kind !== 'unsupported') return dataOf(answer).intents;
  oldMapper();
  return queryServiceIntents(client, filter);
}

async function queryServiceIntents(client: MapperClient, filter: MapFilter): Promise<readonly QueriedIntent[]> {
  const { namespaces, distinctByLabel } = filter;
  const request =
    distinctByLabel === undefined
      ? { document: namesOnly, operationName: 'ServiceIntentsUpToMapperV017', variables: { namespaces } }
      : {
          document: withLabels,
          operationName: 'ServiceIntentsWithLabels',
          variables: { namespaces, includedLabels: [distinctByLabel] },
        };
  const answer = await client.ask<{ serviceIntents: readonly OldServiceIntents[] }>(request);
  if (answer.kind === 'unsupported' && distinctByLabel !== undefined) {
    throw new CliError('listing intents with labels filter is not supported by your network mapper. Please upgrade');
  }
  return dataOf(answer).serviceIntents.flatMap(({ client: from, intents }) =>
    intents.map(server => ({ client: from, server })),
  );
}

interface OldServiceIntents {
  readonly client: QueriedIdentity;
  readonly intents: readonly QueriedIdentity[];
}

/** A call with everything that only this project's mapper knows of it. */
export interface WideIntent extends QueriedIntent {
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly ports: readonly number[];
  readonly protocols: readonly string[];
  readonly evidence: readonly string[];
  readonly count: number;
}

export async function queryWideIntents(client: MapperClient, filter: MapFilter): Promise<readonly WideIntent[]> {
  const answer = await client.ask<{ intents: readonly WideIntent[] }>({
    document: intentsDocument('firstSeen lastSeen ports protocols evidence count'),
    operationName: 'Intents',
    variables: variablesOf(filter),
  });
  if (answer.kind === 'unsupported') {
    throw new CliError(`this mapper cannot tell ports and evidence: list without --wide (${answer.problem})`);
  }
  return dataOf(answer).intents;
}

export async function resetCapture(client: MapperClient): Promise<void> {
  dataOf(await client.ask({ document: 'mutation ResetCapture { resetCapture }', operationName: 'ResetCapture' }));
}

/** The data of an answer; CliError without one. */
export function dataOf<T>(answer: MapperAnswer<T>): T {
  if (answer.kind === 'answered') return answer.data;
  throw new CliError(answer.problem);
}
