import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listenLocally } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../src/cli.ts';
import { call, httpPath, mapOf, SnapshotFolder } from './known-map.ts';
import { run } from './run-command.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

type Answers = Readonly<Record<string, unknown>>;

/** The arguments that lead to a mapper that answers each operation with its data, in turn where there are several. */
async function mapperAnswering(answers: Answers): Promise<readonly string[]> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    void json(request).then(body => {
      const { operationName } = body as { readonly operationName: string };
      const turn = asked.get(operationName) ?? 0;
      asked.set(operationName, turn + 1);
      const answer = answers[operationName];
      const data = Array.isArray(answer) ? (answer as unknown[])[Math.min(turn, answer.length - 1)] : answer;
      response.statusCode = data === undefined ? 422 : 200;
      response.end(JSON.stringify(data === undefined ? { errors: [{ message: 'unknown' }] } : { data }));
    });
  });
  const { url, close } = await listenLocally(server);
  cleanUp.push(close);
  return ['--mapper-address', url];
}

const calls = [
  call('shop/web > shop/cart', { type: 'HTTP', httpResources: [httpPath('/a,b', { methods: ['GET'] })] }),
  call('shop/cart > data/redis', {
    evidence: ['DNS'],
    endpoints: [],
    ports: [],
    sightings: { firstSeen: '2026-01-01T00:00:00Z', lastSeen: '2026-01-01T00:00:00Z', count: 1 },
  }),
];

async function onMap(...args: readonly string[]) {
  await using folder = new SnapshotFolder();
  const map = mapOf(calls, {
    incoming: [{ server: { name: 'web', namespace: 'shop' }, address: '192.0.2.1', ports: [443] }],
  });
  return await run([...args, '--from', await folder.write(map)]);
}

test('calls are listed for programs: CSV, JSON and YAML say the same', async () => {
  const csv = (await onMap('list', '-o', 'csv')).stdout.split('\n');
  expect(csv[0]).toBe(
    'client_namespace,client,client_kind,server_namespace,server,server_kind,type,ports,target_ports,protocols,evidence,reports,first_seen,last_seen',
  );
  expect(csv[2]).toBe(
    'shop,web,,shop,cart,,HTTP,80,8080,TCP,DNS TCP,12,2026-01-02T03:04:05.678Z,2026-01-02T03:05:06.7Z',
  );
  const listed: unknown = JSON.parse((await onMap('list', '-o', 'json')).stdout);
  expect(listed).toMatchObject([
    { server: { name: 'redis' }, evidence: ['DNS'] },
    { server: { name: 'cart' }, count: 12 },
  ]);
  expect(parse((await onMap('list', '-o', 'yaml')).stdout)).toEqual(listed);
});

test('only what was seen since a moment is listed', async () => {
  expect((await onMap('list', '--short', '--since', '2026-01-02T00:00:00Z')).stdout).toMatch(
    /^web .*\n {2}- cart\n.*\n$/,
  );
  expect((await onMap('list', '--since', '1h')).stderr).toBe('No connections found.\n');
  const { code, stderr } = await onMap('list', '--since', 'yesterday');
  expect(code).toBe(1);
  expect(stderr).toContain('neither how long ago (90s, 12h, 7d) nor a moment');
});

test('a call is explained: evidence, times, ports and paths', async () => {
  const { code, stdout } = await onMap('explain', 'shop/web', 'cart.shop');
  expect(code).toBe(0);
  expect(stdout).toBe(`shop/web -> shop/cart
  type      HTTP
  evidence  DNS, TCP
  seen      12 times from 2026-01-02T03:04:05Z to 2026-01-02T03:05:06Z
  port      TCP 80, port of the pod: 8080
  path      GET /a,b
`);
  const none = await onMap('explain', 'shop/cart', 'shop/web');
  expect(none.code).toBe(3);
  expect(none.stderr).toBe('No call from shop/cart to shop/web was seen.\nshop/cart calls data/redis.\n');
  expect((await onMap('explain', 'web', 'shop/cart')).stderr).toContain('web is no workload');
});

test('who depends on a service is listed, from outside too, and how far back the map goes when nobody does', async () => {
  const { stdout } = await onMap('callers', 'shop/web');
  expect(stdout).toBe(`CALLER               PORTS  EVIDENCE  REPORTS  FIRST SEEN  LAST SEEN
192.0.2.1 (outside)  443    -         -        -           -
`);
  expect((await onMap('callers', 'shop/cart', '--no-headers')).stdout).toMatch(
    /^shop\/web {2}80\/TCP {2}DNS,TCP {2}12 /,
  );
  expect((await onMap('callers', 'shop/nobody')).stderr).toBe(
    'Nobody was seen to call shop/nobody.\nThe map goes back to 2026-01-01T00:00:00Z.\n',
  );
});

const agent = {
  kind: 'sniffer',
  name: 'n1',
  version: '0.1.0',
  startedAt: '2026-01-01T00:00:00Z',
  captured: 1000,
  dropped: 0,
  droppedByInterface: 0,
  lost: 0,
  reported: 10,
};
const nothingUnmapped = { unmapped: { totals: [], nodes: [], pageInfo: { hasNextPage: false } } };

test('an empty map says why it may be empty', async () => {
  const total = { reason: 'no-pod', evidence: 'TCP', count: 7, meaning: 'No pod held the address.' };
  const mapper = await mapperAnswering({
    Intents: { intents: [] },
    Agents: { agents: [] },
    Unmapped: { unmapped: { ...nothingUnmapped.unmapped, totals: [total] } },
  });
  const { code, stderr } = await run(['list', '-n', 'shop', ...mapper]);
  expect(code).toBe(0);
  expect(stderr).toContain('No connections found.\nCalls that the flags leave out are not shown');
  expect(stderr).toContain('No agent reports to this mapper');
  expect(stderr).toContain('  no-pod, 7 times: No pod held the address.\n');
  expect((await run(['network-mapper', 'list', ...mapper])).stderr).toBe('No connections found.\n');
});

test('what crosses the border of the cluster is listed', async () => {
  const seen = { firstSeen: '2026-01-01T00:00:00.5Z', lastSeen: '2026-01-01T00:00:01Z', count: 3 };
  const external = {
    client: { name: 'cart', namespace: 'shop' },
    dnsName: 'example.com',
    addresses: ['192.0.2.7'],
    ...seen,
  };
  const page = (endCursor: string | null) => ({
    externalTraffic: { nodes: [external], pageInfo: { hasNextPage: endCursor !== null, endCursor } },
  });
  const mapper = await mapperAnswering({ ExternalTraffic: [page('x'), page(null)] });
  expect((await run(['list', '--external', ...mapper])).stdout).toBe(
    `CLIENT     NAME         ADDRESSES  REPORTS  FIRST SEEN            LAST SEEN
shop/cart  example.com  192.0.2.7  3        2026-01-01T00:00:00Z  2026-01-01T00:00:01Z
shop/cart  example.com  192.0.2.7  3        2026-01-01T00:00:00Z  2026-01-01T00:00:01Z
`,
  );
  expect((await run(['list', '--external', '--incoming', ...mapper])).stderr).toContain('do not go together');
});

test('the doctor has a line for each check, and fails when no sniffer reports', async () => {
  const now = new Date().toISOString();
  const parts = { Intents: { intents: [] }, Unmapped: nothingUnmapped };
  const lossy = { ...agent, name: 'n2', dropped: 500, lost: 1, version: '0.0.9', lastSeen: now };
  const well = await mapperAnswering({ ...parts, Agents: { agents: [{ ...agent, lastSeen: now }, lossy] } });
  const { code, stdout } = await run(['doctor', '-o', 'json', ...well]);
  const checks = JSON.parse(stdout) as readonly { readonly name: string; readonly status: string }[];
  expect(code).toBe(0);
  expect(Object.fromEntries(checks.map(({ name, status }) => [name, status]))).toEqual({
    mapper: 'ok',
    map: 'warn',
    sniffers: 'ok',
    reports: 'ok',
    clocks: 'ok',
    drops: 'warn',
    losses: 'warn',
    versions: 'warn',
    unmapped: 'ok',
  });
  const alone = await run(['doctor', ...(await mapperAnswering({ ...parts, Agents: { agents: [] } }))]);
  expect(alone.code).toBe(1);
  expect(alone.stdout).toMatch(/^sniffers +fail +No sniffer reports to the mapper\./m);
  const away = await run(['doctor', '--mapper-address', 'http://127.0.0.1:9']);
  expect(away.code).toBe(1);
  expect(away.stdout).toMatch(/^mapper +fail /m);
});

test('who watches sees what is new, changed and gone, and the end is no error', async () => {
  const intent = (ports: readonly number[], more: object = {}) => {
    const { sightings, ...constant } = call('shop/web > shop/cart', { ports });
    return { ...constant, ...sightings, ...more };
  };
  const answer = (changes: readonly object[], restarted = false) => ({
    changes: { changes, cursor: 'c', more: true, restarted },
  });
  const stop = new AbortController();
  const mapper = await mapperAnswering({
    Changes: [
      answer([{ intent: intent([80]), gone: false }]),
      answer([{ intent: intent([80], { count: 99 }), gone: false }]),
      answer([{ intent: intent([80, 443]), gone: false }]),
      answer([{ intent: intent([80, 443]), gone: true }], true),
    ],
  });
  let printed = '';
  let said = '';
  const code = await runCli({
    args: ['list', '--watch', ...mapper],
    env: {},
    signal: stop.signal,
    stdout: text => {
      printed += text;
      if (text.startsWith('-')) stop.abort();
    },
    stderr: text => (said += text),
  });
  expect({ code, said }).toEqual({ code: 0, said: 'The mapper was restarted: its map begins anew.\n' });
  expect(printed).toBe(`+ shop/web -> shop/cart  80/TCP  DNS,TCP
~ shop/web -> shop/cart  80,443/TCP  DNS,TCP
- shop/web -> shop/cart  80,443/TCP  DNS,TCP
`);
});

test('differences are coloured at a terminal only', async () => {
  await using folder = new SnapshotFolder();
  const args = ['diff', await folder.write(mapOf([])), await folder.write(mapOf(calls.slice(1)))];
  let printed = '';
  const given = { args, env: {}, stdout: (text: string) => (printed += text), stderr: () => undefined };
  await runCli({ ...given, coloured: true });
  expect(printed).toBe('\u001b[32m+ shop/cart -> data/redis\u001b[39m\n');
  printed = '';
  await runCli(given);
  expect(printed).toBe('+ shop/cart -> data/redis\n');
});
