import { Agent, request as send } from 'node:http';
import { operations } from '@network-mapper/api';

export interface Query {
  readonly query: string;
  readonly variables: object;
  readonly operationName: string;
}

/** What the command line asks for `list`, of all namespaces or of one. */
export function cliIntents(namespace?: string): Query {
  return {
    ...request(operations.intents),
    variables: {
      namespaces: namespace === undefined ? [] : [namespace],
      includedLabels: null,
      excludeServiceWithLabels: [],
      server: null,
    },
  };
}

export const serviceIntents: Query = {
  ...request(operations.serviceIntentsUpToMapperV017),
  variables: { namespaces: [] },
};

function request({
  document,
  operationName,
}: {
  readonly document: string;
  readonly operationName: string;
}): Omit<Query, 'variables'> {
  return { query: document, operationName };
}

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
      const sent = send(`${url}/query`, {
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
