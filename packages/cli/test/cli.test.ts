import { createServer } from 'node:http';
import { createKubernetesApi, listenLocally, service } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { runCli } from '../src/cli.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  let stdout = '';
  let stderr = '';
  const code = await runCli({ args, env, stdout: text => (stdout += text), stderr: text => (stderr += text) });
  return { code, stdout, stderr };
}

const call = (client: string, server: string, namespace = 'shop') => ({
  client: { name: client, namespace: 'shop' },
  server: { name: server, namespace },
  firstSeen: '2026-01-02T03:04:05.678Z',
  lastSeen: '2026-01-02T03:05:06.7Z',
  ports: [5432, 6379],
  protocols: ['TCP'],
  evidence: ['DNS', 'SOCKET'],
  count: 12,
});

/** The arguments that lead to a mapper with these calls on its map. */
const mapperWith = (...intents: readonly object[]) => mapperAnswering({ intents });

async function mapperAnswering(data: object): Promise<readonly string[]> {
  const server = createServer((_request, response) => response.end(JSON.stringify({ data })));
  const { url, close } = await listenLocally(server);
  cleanUp.push(close);
  return ['--mapper-address', url];
}

test('the short list shows a namespace only where it is another one', async () => {
  const mapper = await mapperWith(call('cart', 'redis'), call('cart', 'billing', 'payments'));
  expect((await run(['list', '--short', ...mapper])).stdout).toBe(
    'cart in namespace shop calls:\n  - billing in namespace payments\n  - redis\n',
  );
});

test('the wide list shows how each call is known, one a line', async () => {
  const mapper = await mapperWith(call('cart', 'redis'), {
    ...call('web', 'billing', 'pay'),
    ports: [],
    evidence: ['DNS'],
    protocols: [],
  });
  expect((await run(['list', '--wide', ...mapper])).stdout).toBe(
    `CLIENT     SERVER       PORTS          EVIDENCE    REPORTS  FIRST SEEN            LAST SEEN
shop/cart  shop/redis   5432,6379/TCP  DNS,SOCKET  12       2026-01-02T03:04:05Z  2026-01-02T03:05:06Z
shop/web   pay/billing  -              DNS         12       2026-01-02T03:04:05Z  2026-01-02T03:05:06Z
`,
  );
  const { stdout } = await run(['list', '--wide', '--no-headers', ...mapper]);
  expect(stdout.split('\n')[0]).toMatch(/^shop\/cart /);
});

test('what is not on the map is shown with its reason', async () => {
  const seen = { reason: 'no-pod', evidence: 'TCP', count: 3 };
  const node = { ...seen, namespace: null, client: '10.0.0.9', server: '', lastSeen: '2026-01-02T03:05:06.7Z' };
  const page = { totals: [{ ...seen, meaning: 'No pod held it.' }], nodes: [node], pageInfo: { hasNextPage: true } };
  const { stdout, stderr } = await run(['unmapped', ...(await mapperAnswering({ unmapped: page }))]);
  expect(stdout).toBe(
    `REASON  EVIDENCE  COUNT  MEANING
no-pod  TCP       3      No pod held it.

CLIENT    SERVER  REASON  EVIDENCE  COUNT  LAST SEEN
10.0.0.9  -       no-pod  TCP       3      2026-01-02T03:05:06Z
`,
  );
  expect(stderr).toContain('there are more');
  const nothing = { totals: [], nodes: [], pageInfo: { hasNextPage: false } };
  const empty = await run(['unmapped', ...(await mapperAnswering({ unmapped: nothing }))]);
  expect(empty).toEqual({ code: 0, stdout: '', stderr: 'Everything that was seen is on the map.\n' });
});

test('without a verb the help is the answer', async () => {
  const { code, stdout, stderr } = await run([]);
  expect(code).toBe(0);
  expect(stdout).toContain('Usage: network-mapper');
  expect(stderr).toBe('');
  expect((await run(['mapper'])).stdout).toContain('Usage: network-mapper network-mapper');
});

test.each([
  { title: 'a verb that is not there', args: ['paint'], problem: "unknown command 'paint'" },
  { title: 'a flag that is not there', args: ['list', '--colour'], problem: "unknown option '--colour'" },
  { title: 'an argument too many', args: ['list', 'shop'], problem: "too many arguments for 'list'" },
  {
    title: 'a port that is no number',
    args: ['list', '--mapper-service-port', 'x'],
    problem: '"x" is not a whole number',
  },
  {
    title: 'a switch that is neither on nor off',
    args: ['list', '--wide=maybe'],
    problem: '"maybe" is neither true nor false',
  },
  {
    title: 'an address that is none',
    args: ['list', '--mapper-address', 'mapper'],
    problem: 'not an address of the form',
  },
  {
    title: 'a variable that does not fit',
    args: ['list'],
    env: { OTTERIZE_WIDE: 'perhaps', OTTERIZE_MAPPER_ADDRESS: 'http://127.0.0.1' },
    problem: 'OTTERIZE_WIDE: "perhaps" is neither true nor false',
  },
  {
    title: 'a server filter together with namespaces',
    args: ['list', '-n', 'a'],
    env: { OTTERIZE_SERVER: 'a.b' },
    problem: 'cannot be used with',
  },
  { title: 'no cluster at all', args: ['list'], problem: 'No cluster is configured' },
])('$title is said in one line, and the exit code is 1', async ({ args, env, problem }) => {
  const { code, stdout, stderr } = await run(args, env);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(problem);
  expect(stderr).toMatch(/^Error: .*\n$/);
});

test('a cluster without the mapper is told from one whose mapper is not ready', async () => {
  const api = await createKubernetesApi();
  cleanUp.push(() => api.down());
  const list = ['list', '--kubeconfig', api.kubeconfig()];
  api.put(service({ name: 'other', namespace: 'otterize-system' }));
  expect((await run(list)).stderr).toContain('Is the network mapper installed as Service otterize-network-mapper');
  const selector = { app: 'mapper' };
  api.put(service({ name: 'otterize-network-mapper', namespace: 'otterize-system', selector }));
  expect((await run(list)).stderr).toContain('service otterize-network-mapper has no pods');
});

test('a mapper that is away is an error, not an empty map', async () => {
  const { code, stdout, stderr } = await run(['list', '--mapper-address', 'http://127.0.0.1:9']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('cannot be reached');
});
