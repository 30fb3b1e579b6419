import { createServer } from 'node:http';
import { createKubernetesApi, listenLocally, service } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { run } from './run-command.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

const call = (client: string, server: string, namespace = 'shop') => ({
  client: { name: client, namespace: 'shop' },
  server: { name: server, namespace },
  firstSeen: '2026-01-02T03:04:05.678Z',
  lastSeen: '2026-01-02T03:05:06.7Z',
  ports: [5432, 6379],
  protocols: ['TCP'],
  endpoints: [],
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
    `CLIENT     SERVER       PORTS          EVIDENCE    REPORTS  FIRST SEEN            LAST SEEN             TOPICS AND PATHS
shop/cart  shop/redis   5432,6379/TCP  DNS,SOCKET  12       2026-01-02T03:04:05Z  2026-01-02T03:05:06Z  -
shop/web   pay/billing  -              DNS         12       2026-01-02T03:04:05Z  2026-01-02T03:05:06Z  -
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

test('the help of a command lists its flags', async () => {
  const { code, stdout } = await run(['list', '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: network-mapper list \[flags\]\n/);
  expect(stdout).toContain('-n, --namespaces <list>');
  expect(stdout).toMatch(/--mapper-namespace <text> +The Service's namespace\. Default: otterize-system\.\n/);
  expect(stdout).not.toContain('telemetry');
  expect((await run(['help', 'list'])).stdout).toBe(stdout);
});

test('what a pod put into a name cannot move the cursor, colour the screen or add a line', async () => {
  const mapper = await mapperWith(
    call('cart', 'redis\u001b[2J\u001b]0;owned\u0007\nweb in namespace shop calls:\u202e'),
  );
  const escaped = 'redis\\x1b[2J\\x1b]0;owned\\x07\\nweb in namespace shop calls:\\u202e';
  expect((await run(['list', '--short', ...mapper])).stdout).toBe(`cart in namespace shop calls:\n  - ${escaped}\n`);
  expect((await run(['list', '--wide', '--no-headers', ...mapper])).stdout).toContain(`shop/${escaped}  5432`);
  const away = await run(['list', '--mapper-address', 'http://127.0.0.1:9/\u001b[2J']);
  expect(away.stderr).toMatch(/^Error: [\x20-\x7e]+\n$/);
});

test('the agents are listed with what they lost, and nodes without a sniffer are named', async () => {
  const sniffer = { kind: 'sniffer', name: 'node-a', version: '1.2.3', captured: 12_000, lost: 4 };
  const agents = [{ ...sniffer, dropped: 5, droppedByInterface: 2, lastSeen: '2026-01-02T03:05:06.7Z' }];
  const { stdout, stderr } = await run(['agents', ...(await mapperAnswering({ agents }))]);
  expect(stdout).toBe(
    `KIND     NAME    VERSION  CAPTURED  DROPPED  LOST  LAST SEEN
sniffer  node-a  1.2.3    12000     7        4     2026-01-02T03:05:06Z
`,
  );
  expect(stderr).toBe('');
  expect((await run(['agents', ...(await mapperAnswering({ agents: [] }))])).stderr).toBe('No agent reports.\n');
});

test("a token goes to the mapper's address as it was given; a kubeconfig's not in the clear", async () => {
  const sent: unknown[] = [];
  const server = createServer((request, response) => {
    sent.push(request.headers.authorization);
    response.end(JSON.stringify({ data: { agents: [] } }));
  });
  const { url, close } = await listenLocally(server);
  cleanUp.push(close);
  const kubeconfig = JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
  });
  await run(['agents', '--mapper-address', url, '--token', 'mine'], { KUBECONFIG: kubeconfig });
  await run(['agents', '--mapper-address', url], { KUBECONFIG: kubeconfig });
  await run(['agents', '--mapper-address', url], { OTTERIZE_TOKEN: 'of the environment' });
  expect(sent).toEqual(['Bearer mine', undefined, 'Bearer of the environment']);
});

test('without a verb the help is the answer', async () => {
  const { code, stdout, stderr } = await run([]);
  expect(code).toBe(0);
  expect(stdout).toContain('Usage: network-mapper');
  expect(stderr).toBe('');
  expect((await run(['mapper'])).stdout).toContain('Usage: network-mapper <command>');
});

test.each([
  { title: 'a verb that is not there', args: ['paint'], problem: 'unknown command "paint"' },
  { title: 'a flag that is not there', args: ['list', '--colour'], problem: 'unknown option --colour' },
  { title: "another verb's flag", args: ['reset', '--wide'], problem: 'unknown option --wide of "reset"' },
  { title: 'a flag without its value', args: ['list', '-n'], problem: '-n needs a value' },
  { title: 'an argument too many', args: ['list', 'shop'], problem: 'too many arguments for "list": shop' },
  {
    title: 'a port that is no number',
    args: ['list', '--mapper-service-port', 'x'],
    problem: '--mapper-service-port="x": not a whole number from 0 to 65535',
  },
  {
    title: 'a switch that is neither on nor off',
    args: ['list', '--wide=maybe'],
    problem: '--wide="maybe": not a boolean; write true or false',
  },
  {
    title: 'an address that is none',
    args: ['list', '--mapper-address', 'mapper'],
    problem: '--mapper-address="mapper": not an address that starts with http:// or https://',
  },
  {
    title: 'a variable that does not fit',
    args: ['list'],
    env: { OTTERIZE_WIDE: 'perhaps', OTTERIZE_MAPPER_ADDRESS: 'http://127.0.0.1' },
    problem: 'OTTERIZE_WIDE="perhaps": not a boolean; write true or false',
  },
  {
    title: 'a server filter together with namespaces',
    args: ['list', '-n', 'a'],
    env: { OTTERIZE_SERVER: 'a.b' },
    problem: 'cannot be used with',
  },
  { title: 'no cluster at all', args: ['list'], problem: 'No cluster is configured' },
])('$title is reported in one line, and the exit code is 1', async ({ args, env, problem }) => {
  const { code, stdout, stderr } = await run(args, env);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(problem);
  expect(stderr).toMatch(/^Error: .*\n$/);
});

test('a cluster without the mapper is one error, a mapper that is not ready another', async () => {
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
