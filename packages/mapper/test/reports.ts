import { operations } from '@network-mapper/api';
import type { RunningMapper } from './running-mapper.ts';

/** One destination as an agent reports it. */
export interface Seen {
  readonly destination: string;
  readonly destinationIP?: string;
  readonly destinationPort?: number;
  /** ISO 8601; the first of January 2024, noon, unless given. */
  readonly lastSeen?: string;
  readonly [field: string]: unknown;
}

export interface SourceSeen {
  readonly srcIp: string;
  readonly srcHostname?: string;
  readonly srcPodUid?: string;
  readonly destinations: readonly Seen[];
}

export const noon = '2024-01-01T12:00:00Z';

const kinds = {
  dns: operations.reportCaptureResults,
  tcp: operations.reportTCPCaptureResults,
  sockets: operations.reportSocketScanResults,
};

/** Reports what agents saw; fails when the mapper does not keep it. */
export async function report(
  running: RunningMapper,
  kind: keyof typeof kinds,
  ...sources: readonly SourceSeen[]
): Promise<void> {
  const results = sources.map(({ srcHostname = '', destinations, ...source }) => ({
    ...source,
    srcHostname,
    destinations: destinations.map(destination => ({ lastSeen: noon, ...destination })),
  }));
  const { status, body } = await running.ask(kinds[kind].document, { results: { results } });
  if (status !== 200 || body.data?.[kinds[kind].operationName] !== true)
    throw new Error(`not kept: ${JSON.stringify(body)}`);
}

/** The calls on the map as lines such as `shop/web -> shop/cart`. */
export async function calls(running: RunningMapper, filters = ''): Promise<readonly string[]> {
  const { body } = await running.ask(`{ intents${filters} { client { namespace name } server { namespace name } } }`);
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  const intents = body.data?.intents as readonly { readonly client: Named; readonly server: Named }[];
  return intents.map(
    ({ client, server }) => `${client.namespace}/${client.name} -> ${server.namespace}/${server.name}`,
  );
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** What is not on the map, as lines such as `no-pod: 10.0.0.9 -> cart`. */
export async function unmapped(running: RunningMapper): Promise<readonly string[]> {
  const { body } = await running.ask('{ unmapped { nodes { reason client server } } }');
  const { nodes } = body.data?.unmapped as {
    readonly nodes: readonly { readonly reason: string; readonly client: string; readonly server: string }[];
  };
  return nodes.map(({ reason, client, server }) => `${reason}: ${client} -> ${server}`);
}
