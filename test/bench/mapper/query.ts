import { Agent, request } from 'node:http';

export interface Query {
  readonly query: string;
  readonly variables: object;
  readonly operationName: string;
}

const fragments = `
fragment NamespacedNameWithLabelsFragment on OtterizeServiceIdentity { ...NamespacedNameFragment ...LabelsFragment ...PodOwnerKind kubernetesService }
fragment NamespacedNameFragment on OtterizeServiceIdentity { name namespace }
fragment LabelsFragment on OtterizeServiceIdentity { labels { key value } }
fragment PodOwnerKind on OtterizeServiceIdentity { podOwnerKind { group version kind } }`;

/** What the command line asks for `list`, of all namespaces or of one. */
export function cliIntents(namespace?: string): Query {
  return {
    operationName: 'Intents',
    query: `query Intents($namespaces: [String!], $includedLabels: [String!], $excludeServiceWithLabels: [String!], $server: ServerFilter) {
  intents(namespaces: $namespaces, includeLabels: $includedLabels, excludeServiceWithLabels: $excludeServiceWithLabels, server: $server) {
    client { ...NamespacedNameWithLabelsFragment } server { ...NamespacedNameWithLabelsFragment } type kafkaTopics { name operations } httpResources { path methods }
  }
}${fragments}`,
    variables: {
      namespaces: namespace === undefined ? [] : [namespace],
      includedLabels: null,
      excludeServiceWithLabels: [],
      server: null,
    },
  };
}

export const serviceIntents: Query = {
  operationName: 'ServiceIntentsUpToMapperV017',
  query: `query ServiceIntentsUpToMapperV017($namespaces: [String!]) {
  serviceIntents(namespaces: $namespaces) { client { ...NamespacedNameFragment } intents { ...NamespacedNameFragment } }
}
fragment NamespacedNameFragment on OtterizeServiceIdentity { name namespace }`,
  variables: { namespaces: [] },
};

export interface QueryTimes {
  /** Milliseconds until the whole answer was there. */
  readonly first: number;
  readonly median: number;
  readonly slowest: number;
  readonly runs: number;
  readonly megabytes: number;
}

const agent = new Agent({ keepAlive: true });

/** Asks one question again and again from one client; the answers are read and thrown away. */
export async function timeQuery(url: string, query: Query, runs = 21): Promise<QueryTimes> {
  const body = JSON.stringify(query);
  let bytes = 0;
  const ask = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      bytes = 0;
      const sent = request(`${url}/query`, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      sent.on('response', response => {
        response.on('data', (chunk: Buffer) => (bytes += chunk.length));
        response.on('end', () => resolve(performance.now() - started));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const first = await ask();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await ask());
  times.sort((a, b) => a - b);
  return {
    first,
    median: times[Math.floor(runs / 2)] ?? NaN,
    slowest: times.at(-1) ?? NaN,
    runs,
    megabytes: bytes / 1e6,
  };
}
