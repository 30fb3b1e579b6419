import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createKubernetesApi, readJsonLines, type KubernetesApi, type KubernetesObject } from '@network-mapper/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences } from './partial-match.ts';
import { startMapper, type RunningMapper } from './running-mapper.ts';

/**
 * Recorded on a real cluster of two nodes: its objects, reports and what the original answered to each of them alone.
 */
const fixture = (name: string): readonly unknown[] =>
  readJsonLines(new URL(`fixtures/live/${name}.jsonl`, import.meta.url));

interface Identity {
  nameResolvedUsingAnnotation: boolean | null;
  podOwnerKind: object | null;
  readonly name: string;
}

interface Intent {
  readonly client: Identity;
  readonly server: Identity;
  readonly type: string | null;
  readonly resolutionData: string;
  httpResources: readonly unknown[] | null;
}

interface Report {
  readonly name: string;
  readonly body: { readonly query: string; readonly variables: unknown };
  readonly response: unknown;
  readonly intentsAlone?: readonly Intent[];
}

const identity = `name namespace labels { key value } nameResolvedUsingAnnotation podOwnerKind { group version kind } kubernetesService
  resolutionData { host podHostname procfsHostname port isService lastSeen extraInfo hasLinkerdSidecar tcpDestResolveFixData { isSrcControlPlane resolvedUsingIp } }`;
const allIntents = `{ result: intents(includeAllLabels: true) {
  client { ${identity} } server { ${identity} } type resolutionData kafkaTopics { name operations } httpResources { path methods } awsActions } }`;

/** Reports that are answered better than the original does: which calls are on the map instead. */
const better: Readonly<Record<string, readonly string[]>> = {
  'dns-host-network-server': ['cart -> host-agent'],
  // A name without a dot before the cluster's domain is a name outside.
  'dns-suffix-without-dot': [],
  // An address is believed for the time that a pod held it, however young the pod.
  'tcp-pod-ip-young': ['cart -> young'],
  'tcp-pod-to-node-port': ['cart -> gateway'],
  'kafka-unknown-operation-stops': ['orders -> kafka'],
};

let kubernetes: KubernetesApi;
beforeAll(async () => {
  kubernetes = await createKubernetesApi();
  kubernetes.put(...(fixture('cluster-objects') as readonly KubernetesObject[]));
});
afterAll(() => kubernetes[Symbol.asyncDispose]());

describe('what the original made of the reports of a real cluster', () => {
  const reports = fixture('reports') as readonly Report[];
  test.for(reports)('$name', async ({ name, body, response, intentsAlone }) => {
    await using running = await startMapper(kubernetes);
    const answer = await running.ask(body.query, body.variables);
    // An empty report ended the original; a report that it refused is refused.
    expect(answer.body.errors === undefined).toBe(JSON.stringify(response).includes('"errors"') ? false : true);
    if (intentsAlone === undefined) return;
    const got = (await running.ask(allIntents)).body.data?.result as readonly Intent[];
    const instead = better[name];
    if (instead === undefined) expect(differences(intentsAlone.map(departed), got)).toEqual([]);
    else expect(got.map(({ client, server }) => `${client.name} -> ${server.name}`)).toEqual(instead);
  });
});

/**
 * The original's answer with what is mended on purpose: flags and kinds that it left out, a list that it made of
 * nothing.
 */
function departed(intent: Intent): object {
  const isDns = intent.resolutionData.startsWith('handleDNS');
  const mended = ({ nameResolvedUsingAnnotation: flag, podOwnerKind, ...rest }: Identity, always: boolean): object => ({
    ...rest,
    ...(flag === null && always ? {} : { nameResolvedUsingAnnotation: flag, podOwnerKind }),
    ...(always && intent.type !== 'KAFKA' ? { podOwnerKind } : {}),
  });
  const copy = JSON.parse(JSON.stringify(intent), (key, value: unknown) =>
    key === 'uptime' ? undefined : value,
  ) as Intent;
  return {
    ...copy,
    client: mended(copy.client, copy.type === 'KAFKA'),
    server: mended(copy.server, isDns || copy.type === 'KAFKA'),
    httpResources: copy.type === 'HTTP' ? copy.httpResources : null,
  };
}

interface RawRequest {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
  readonly status: number;
  readonly response:
    | { readonly data?: unknown; readonly errors?: readonly { readonly message: string; readonly path?: unknown }[] }
    | string
    | null;
}

describe('requests as they were sent to the original', () => {
  /**
   * Answered otherwise on purpose: slashes at the end mean nothing, and JavaScript knows no difference between 80 and
   * 80.0.
   */
  const mended: Readonly<Record<string, number>> = {
    'trailing-slash': 200,
    'healthz-slash': 200,
    'mutation-port-float-integral': 200,
  };
  let running: RunningMapper;
  beforeAll(async () => {
    running = await startMapper(kubernetes, { env: { OTTERIZE_CORS_ORIGINS: '*' } });
  });
  afterAll(() => running[Symbol.asyncDispose]());

  test.for(fixture('raw-graphql') as readonly RawRequest[])('$name', async ({ name, request, status, response }) => {
    const answer = await fetch(running.url + request.path, {
      method: request.method,
      headers: request.headers,
      body: request.body,
    });
    expect(answer.status).toBe(mended[name] ?? status);
    if (
      !request.path.startsWith('/query') ||
      typeof response !== 'object' ||
      response === null ||
      mended[name] !== undefined
    )
      return;
    const text = await answer.text();
    const body = JSON.parse(text) as {
      readonly data: unknown;
      readonly errors?: readonly { readonly path?: unknown }[];
    };
    expect(body.errors === undefined).toBe(response.errors === undefined);
    if (response.errors !== undefined) expect(body.data).toBeNull();
    expect(body.errors?.[0]?.path).toEqual(response.errors?.[0]?.path);
  });
});

test('everything that the original’s sniffers sent is accepted, and its traffic is on the map', async () => {
  await using running = await startMapper(kubernetes);
  const bodies = gunzipSync(readFileSync(new URL('fixtures/live/sniffer-traffic.jsonl.gz', import.meta.url)))
    .toString()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { readonly operationName: string; readonly body: string });
  for (const { body } of bodies) {
    const response = await fetch(`${running.url}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([response.status, (await response.text()).includes('errors')]).toEqual([200, false]);
  }
  const { unmapped, intents } = running.mapper.map;
  const sightings = bodies.flatMap(({ body }) => JSON.stringify(JSON.parse(body)).match(/"lastSeen"/g) ?? []).length;
  expect(intents.size).toBeGreaterThan(20);
  const counted = [...intents.byOwner()].flat().reduce((sum, edge) => sum + edge.count, 0);
  const left = unmapped.totals().reduce((sum, { count }) => sum + count, 0);
  const outside = [...running.mapper.map.external.byOwner(), ...running.mapper.map.incoming.byOwner()]
    .flat()
    .reduce((sum, edge) => sum + edge.count, 0);
  const waiting = Number(/^mapper_sightings_waiting (\d+)/m.exec(await running.metrics())?.[1]);
  // Nothing is lost in silence: every sighting is on the map, counted under a reason, or waits.
  expect(counted + outside + left + waiting).toBe(sightings);
});
