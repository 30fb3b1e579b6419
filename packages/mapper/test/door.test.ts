import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '@network-mapper/api';
import { calls, noon } from './reports.ts';
import type { RunningMapper } from './running-mapper.ts';
import { startSmallCluster, type SmallCluster } from './small-cluster.ts';

let cluster: SmallCluster;
let running: RunningMapper;

beforeAll(async () => {
  cluster = await startSmallCluster();
  ({ running } = cluster);
});
afterAll(() => cluster[Symbol.asyncDispose]());

const json = { 'content-type': 'application/json' };

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = json,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${running.url}/query`, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text() };
}

/** A report of one client with so many destinations, and a long name to make it heavy. */
function heavyReport(destinations: number, padding = ''): string {
  const list = Array.from({ length: destinations }, () => ({
    destination: `cart.shop.svc.cluster.local${padding}`,
    lastSeen: noon,
  }));
  const { document, operationName } = operations.reportCaptureResults;
  return JSON.stringify({
    query: document,
    operationName,
    variables: { results: { results: [{ srcIp: '10.0.0.1', srcHostname: '', destinations: list }] } },
  });
}

describe('sizes', () => {
  test('a report of 0.9 MB, of 12,000 lookups, is kept', async () => {
    const body = heavyReport(12_000);
    expect(body.length).toBeGreaterThan(900_000);
    expect(await post(body)).toEqual({ status: 200, text: '{"data":{"reportCaptureResults":true}}' });
    expect(await calls(running)).toEqual(['shop/web -> shop/cart']);
  });

  test('a report may come compressed', async () => {
    expect(
      await post(new Uint8Array(gzipSync(heavyReport(10))), { ...json, 'content-encoding': 'gzip' }),
    ).toMatchObject({ status: 200 });
  });

  test('a body of more than 1 MiB is refused, also when it is small while compressed', async () => {
    const body = heavyReport(10, 'x'.repeat(250_000));
    expect((await post(body)).status).toBe(413);
    const bomb = new Uint8Array(gzipSync(body));
    expect(bomb.length).toBeLessThan(100_000);
    expect((await post(bomb, { ...json, 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await post('{"query":"{ health }"}')).status).toBe(200);
  });

  test('who sends too much without saying how much it will be is answered too', async () => {
    const chunk = Buffer.alloc(500_000, ' ');
    const body = ReadableStream.from(Array.from({ length: 8 }, () => chunk));
    const response = await fetch(`${running.url}/query`, { method: 'POST', headers: json, body, duplex: 'half' });
    expect(response.status).toBe(413);
  });

  test('a body that is not what its encoding says is refused', async () => {
    expect((await post('not gzip', { ...json, 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await post('x', { ...json, 'content-encoding': 'br' })).status).toBe(415);
  });
});

describe('hostile documents', () => {
  const hostile: readonly (readonly [title: string, query: string, status: number])[] = [
    ['a document of a hundred thousand fields', `{ ${'health '.repeat(100_000)} }`, 422],
    ['ten thousand aliases', `{ ${Array.from({ length: 10_000 }, (_, index) => `a${index}: health`).join(' ')} }`, 422],
    ['nesting without end', `{ intents ${'{ client '.repeat(10_000)}`, 422],
    [
      'fragments that spread each other',
      'query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
      422,
    ],
    [
      'fragments that multiply under conditions',
      `query ($x: Boolean = true) { ...F0 } ${Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} @include(if: $x) ...F${n + 1} @skip(if: $x) }`).join(' ')} fragment F40 on Query { health }`,
      422,
    ],
    [
      'introspection that multiplies',
      `{ __schema { types ${'{ fields { type '.repeat(12)} { name } ${'} }'.repeat(12)} } }`,
      422,
    ],
    ['a number that is none', '{ intents(port: NaN) { type } }', 422],
    ['an empty document', '', 422],
    ['a subscription', 'subscription { health }', 422],
  ];
  test.each(hostile)('%s is refused', async (_title, query, status) => {
    const started = performance.now();
    const answer = await post(JSON.stringify({ query }));
    expect(answer.status).toBe(status);
    expect(answer.text.length).toBeLessThan(20_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('after all that the mapper answers as before', async () => {
    expect(await post('{"query":"{ health }"}')).toEqual({ status: 200, text: '{"data":{"health":true}}' });
  });
});

describe('doors', () => {
  test('queries may be asked by GET, mutations not', async () => {
    const get = (query: string): Promise<Response> =>
      fetch(`${running.url}/query?${new URLSearchParams({ query }).toString()}`);
    expect(await (await get('{ health }')).json()).toEqual({ data: { health: true } });
    expect((await get('mutation { resetCapture }')).status).toBe(406);
  });

  test('a query is known by its hash once it was sent', async () => {
    const query = '{ health __typename }';
    const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
    const ask = async (document: string | undefined): Promise<unknown> =>
      JSON.parse((await post(JSON.stringify({ query: document, extensions: { persistedQuery } }))).text);
    expect(await ask(undefined)).toEqual({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
      data: null,
    });
    expect(await ask(query)).toEqual({ data: { health: true, __typename: 'Query' } });
    expect(await ask(undefined)).toEqual({ data: { health: true, __typename: 'Query' } });
    expect(await ask('{ health }')).toMatchObject({ data: null });
  });

  test('a form is refused: any web page could send one', async () => {
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: 'mutation { resetCapture }' }));
    form.set('map', '{}');
    expect((await fetch(`${running.url}/query`, { method: 'POST', body: form })).status).toBe(400);
  });

  test('other methods and paths are refused', async () => {
    const status = async (method: string, path: string): Promise<number> =>
      (await fetch(running.url + path, { method })).status;
    expect(await status('HEAD', '/query')).toBe(405);
    expect(await status('PUT', '/query')).toBe(400);
    expect(await status('GET', '/nothing')).toBe(404);
    expect(await status('POST', '/healthz')).toBe(405);
    expect(await status('OPTIONS', '/query')).toBe(204);
  });

  test('pages of other origins may not ask unless an option says so', async () => {
    const response = await fetch(`${running.url}/query`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    await using open = await startSmallCluster({ env: { OTTERIZE_CORS_ORIGINS: 'https://map.example' } });
    const ask = (origin: string): Promise<Response> =>
      fetch(`${open.running.url}/query`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-headers': 'content-type' },
      });
    const allowed = await ask('https://map.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://map.example');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type');
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('all of the original’s metrics are there from the start', async () => {
    await using fresh = await startSmallCluster();
    const text = await fresh.running.metrics();
    for (const kind of ['dns', 'tcp', 'socketscan', 'istio']) {
      for (const what of ['reported', 'dropped'])
        expect(text).toMatch(new RegExp(`^${kind}_${what}_connections 0$`, 'm'));
    }
    for (const what of ['reported', 'dropped']) expect(text).toMatch(new RegExp(`^kafka_${what}_topics 0$`, 'm'));
    for (const cloud of ['aws', 'gcp', 'azure'])
      expect(text).toMatch(new RegExp(`^${cloud}_reports 0\\n[^]*^${cloud}_dropped_reports 0$`, 'm'));
  });
});

test('a thousand agents at once are all answered, and every sighting is on the map', async () => {
  await using busy = await startSmallCluster();
  const body = heavyReport(20);
  const answers = await Promise.all(
    Array.from(
      { length: 1_000 },
      async () => (await fetch(`${busy.running.url}/query`, { method: 'POST', headers: json, body })).status,
    ),
  );
  expect(new Set(answers)).toEqual(new Set([200]));
  const { body: answer } = await busy.running.ask('{ intents { count } }');
  expect(answer.data?.intents).toEqual([{ count: 20_000 }]);
});
