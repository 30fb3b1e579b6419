import { createServer } from 'node:http';
import { listenLocally } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { snapshotText } from '../src/network-map.ts';
import { call, httpPath, mapOf, SnapshotFolder, topic } from './known-map.ts';
import { run } from './run-command.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

const orders = topic('orders', {
  operations: ['CONSUME', 'DESCRIBE', 'DELETE'],
  deniedOperations: ['DELETE'],
  assignedOperations: ['CONSUME'],
  groups: ['billing', 'audit'],
});
const cart = httpPath('/cart', { methods: ['GET', 'POST'], responseCodes: [503, 200] });
const pay = httpPath('/pay.Pay/Do', { methods: ['POST'], grpc: true });
const calls = [
  call('shop/cart > data/kafka', { type: 'KAFKA', kafkaTopics: [orders] }),
  call('shop/web > shop/cart', { type: 'HTTP', httpResources: [pay, cart] }),
];

/** The mapper's answer to the query of wide lists. */
async function mapperWithCalls(): Promise<readonly string[]> {
  const intents = calls.map(({ sightings, ...rest }) => ({ ...rest, ...sightings }));
  const server = createServer((_request, response) => response.end(JSON.stringify({ data: { intents } })));
  const { url, close } = await listenLocally(server);
  cleanUp.push(close);
  return ['--mapper-address', url];
}

test('the wide list says what was seen of topics and paths, and what was denied or only assigned', async () => {
  const mapper = await mapperWithCalls();
  const { stdout } = await run(['list', '-o', 'wide', '--no-headers', ...mapper]);
  expect(stdout).toContain('orders [groups billing, audit]: CONSUME (assigned), DESCRIBE, DELETE (denied)\n');
  expect(stdout).toContain('POST /pay.Pay/Do (gRPC); GET, POST /cart (503, 200)\n');
});

const written = [
  {
    kafkaTopics: [
      {
        name: 'orders',
        operations: ['CONSUME', 'DELETE', 'DESCRIBE'],
        deniedOperations: ['DELETE'],
        assignedOperations: ['CONSUME'],
        groups: ['audit', 'billing'],
      },
    ],
    httpResources: [],
  },
  {
    kafkaTopics: [],
    httpResources: [
      { path: '/cart', methods: ['GET', 'POST'], grpc: false, responseCodes: [200, 503] },
      { path: '/pay.Pay/Do', methods: ['POST'], grpc: true, responseCodes: [] },
    ],
  },
];

test('JSON, YAML and a snapshot have all that is known of topics and paths', async () => {
  const mapper = await mapperWithCalls();
  expect(JSON.parse((await run(['list', '-o', 'json', ...mapper])).stdout)).toMatchObject(written);
  expect(parse((await run(['list', '-o', 'yaml', ...mapper])).stdout)).toMatchObject(written);
  await using folder = new SnapshotFolder();
  const read = await run(['list', '-o', 'json', '--from', await folder.write(mapOf(calls))]);
  expect(JSON.parse(read.stdout)).toMatchObject(written);
});

test('a response code is when a call was seen rather than which call: stable snapshots and diff leave it out', async () => {
  const [kafka, http] = calls as [(typeof calls)[number], (typeof calls)[number]];
  const stable = mapOf([kafka, { ...http, sightings: undefined }]);
  expect(snapshotText(stable)).not.toContain('responseCodes');
  await using folder = new SnapshotFolder();
  const before = await folder.write(mapOf(calls));
  const otherCode = mapOf([kafka, { ...http, httpResources: [pay, { ...cart, responseCodes: [404] }] }]);
  expect(await run(['diff', before, await folder.write(otherCode)])).toEqual({ code: 0, stdout: '', stderr: '' });
  const otherGroup = mapOf([{ ...kafka, kafkaTopics: [{ ...orders, groups: ['new'] }] }, http]);
  expect((await run(['diff', before, await folder.write(otherGroup)])).stdout).toContain('"groups":["new"]');
});

test('a snapshot that was written without groups and codes is still read', async () => {
  await using folder = new SnapshotFolder();
  const text = JSON.stringify(JSON.parse(snapshotText(mapOf(calls))), (key, value: unknown) =>
    ['groups', 'assignedOperations', 'deniedOperations', 'grpc', 'responseCodes'].includes(key) ? undefined : value,
  );
  const { stdout } = await run(['list', '-o', 'wide', '--no-headers', '--from', await folder.write(text)]);
  expect(stdout).toContain('orders: CONSUME, DELETE, DESCRIBE\n');
  expect(stdout).toContain('GET, POST /cart; POST /pay.Pay/Do\n');
});

test('ClientIntents have topics with operations in their spelling, and paths with methods', async () => {
  const mapper = await mapperWithCalls();
  const { stdout } = await run(['export', ...mapper]);
  const targets = parseAllDocuments(stdout).map(
    document => (document.toJS() as { spec: { targets: unknown } }).spec.targets,
  );
  expect(targets).toEqual([
    [{ kafka: { name: 'kafka.data', topics: [{ name: 'orders', operations: ['consume', 'describe', 'delete'] }] } }],
    [
      {
        kubernetes: {
          name: 'cart',
          http: [
            { path: '/pay.Pay/Do', methods: ['POST'] },
            { path: '/cart', methods: ['GET', 'POST'] },
          ],
        },
      },
    ],
  ]);
});
