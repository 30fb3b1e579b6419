import fc from 'fast-check';
import { expect, test } from 'vitest';
import { snapshotText } from '../src/network-map.ts';
import { readSnapshot } from '../src/read-snapshot.ts';
import { call, httpPath, mapOf, SnapshotFolder, topic } from './known-map.ts';
import { run } from './run-command.ts';

const kafka = { type: 'KAFKA', kafkaTopics: [topic('orders', { operations: ['PRODUCE'] })] };
const http = { type: 'HTTP', httpResources: [httpPath('/cart|x', { methods: ['GET'] })] };
const calls = [
  call('shop/web > shop/cart'),
  call('shop/web > shop/cart', http),
  call('shop/cart > data/redis'),
  call('shop/cart > data/kafka', kafka),
  call('pay/billing > shop/cart'),
];

test('a snapshot is the same text in whatever order the map is, and is read as the map that was written', async () => {
  const text = snapshotText(mapOf(calls));
  fc.assert(
    fc.property(fc.shuffledSubarray(calls, { minLength: calls.length }), shuffled => {
      expect(snapshotText(mapOf(shuffled))).toBe(text);
    }),
  );
  await using folder = new SnapshotFolder();
  expect(snapshotText(readSnapshot(await folder.write(text)))).toBe(text);
});

test('the map is listed from a file as from a mapper', async () => {
  await using folder = new SnapshotFolder();
  const path = await folder.write(mapOf(calls));
  const { code, stdout } = await run(['list', '--short', '--from', path, '-n', 'shop']);
  expect(code).toBe(0);
  expect(stdout).toBe(`cart in namespace shop calls:
  - kafka in namespace data
    - Kafka topic: orders, operations: [produce]
  - redis in namespace data
web in namespace shop calls:
  - cart
    - path /cart|x, methods: [GET]
`);
  const wide = await run(['list', '--wide', '--no-headers', '--from', path, '--server', 'redis.data']);
  expect(wide.stdout.split('\n').map(line => line.split(/ +/).slice(0, 3).join(' '))).toEqual([
    'shop/cart data/kafka 80/TCP',
    'shop/cart data/redis 80/TCP',
    '',
  ]);
  expect((await run(['list', '--from', path, '--exclude-labels', 'a=b'])).stderr).toContain('no labels of pods');
});

test('two maps with the same calls do not differ, whenever and how often they were seen', async () => {
  await using folder = new SnapshotFolder();
  const before = await folder.write(mapOf(calls));
  const after = await folder.write(mapOf(calls.map(seen => ({ ...seen, sightings: undefined })).toReversed()));
  expect(await run(['diff', before, after])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect((await run(['diff', before, after, '-o', 'md'])).stdout).toBe('No call is new, gone or changed.\n');
});

test('two files are compared alike, whoever formatted them and however the calls are spread over them', async () => {
  const variants = (seen: (typeof calls)[number]) =>
    fc.constantFrom([], [seen], [{ ...seen, ports: [443] }], [{ ...seen, sightings: undefined }]);
  const some = fc.tuple(...calls.map(variants)).map(each => each.flat());
  await fc.assert(
    fc.asyncProperty(some, some, async (before, after) => {
      await using folder = new SnapshotFolder();
      const ours = [await folder.write(mapOf(before)), await folder.write(mapOf(after))];
      const others = [
        await folder.write(JSON.stringify(JSON.parse(snapshotText(mapOf(before))))),
        await folder.write(JSON.stringify(JSON.parse(snapshotText(mapOf(after))), null, 4)),
      ];
      expect(await run(['diff', ...ours])).toEqual(await run(['diff', ...others]));
    }),
    { numRuns: 50 },
  );
});

test('what is wrong with a call is said with its place in the whole file', async () => {
  await using folder = new SnapshotFolder();
  const text = snapshotText(mapOf(calls));
  const at = text.lastIndexOf('"ports": [');
  const broken = `${text.slice(0, at)}"ports": [\n "x",${text.slice(at + '"ports": ['.length)}`;
  const files = [await folder.write(text), await folder.write(broken)];
  const { code, stderr } = await run(['diff', ...files]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${files[1] ?? ''}, calls 5, ports: not a list of numbers`);
});

test('new, gone and changed calls are shown, and the exit code is 1', async () => {
  await using folder = new SnapshotFolder();
  const before = await folder.write(mapOf(calls));
  const [plain, , ...others] = calls;
  const after = await folder.write(
    mapOf([{ ...(plain ?? call('')), ports: [80, 443] }, ...others, call('shop/web > pay/billing')]),
  );
  expect(await run(['diff', before, after])).toEqual({
    code: 1,
    stderr: '',
    stdout: `+ shop/web -> pay/billing
- shop/web -> shop/cart (HTTP)
~ shop/web -> shop/cart
    ports: [80] -> [80,443]
`,
  });
  expect((await run(['diff', before, after, '-o', 'md'])).stdout).toBe(`**1 new, 1 gone, 1 changed**

| | Call | Details |
| --- | --- | --- |
| new | shop/web -&gt; pay/billing | ports 80 |
| gone | shop/web -&gt; shop/cart (HTTP) | ports 80 |
| changed | shop/web -&gt; shop/cart | ports: \\[80\\] -&gt; \\[80,443\\] |
`);
});

test.each([
  { title: 'no snapshot at all', args: [], problem: 'network-mapper diff <before> [<after>]' },
  { title: 'a file that is not there', args: ['/nowhere/map.json'], problem: 'cannot be read' },
  { title: 'a file that is no JSON', content: 'kind: NetworkMap', problem: 'is not JSON' },
  { title: 'a JSON file of something else', content: '{"kind":"List"}', problem: 'is not a snapshot of version 1' },
  {
    title: 'a call without its server',
    content: JSON.stringify({ kind: 'NetworkMap', version: 1, calls: [{ client: { name: 'a', namespace: 'b' } }] }),
    problem: 'calls 1, client, podOwnerKind: not an object',
  },
])('$title cannot be compared, and the exit code is 2', async ({ args, content, problem }) => {
  await using folder = new SnapshotFolder();
  const files = args ?? [await folder.write(content), await folder.write(mapOf(calls))];
  const { code, stdout, stderr } = await run(['diff', ...files]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(problem);
});

test('the help of diff says what its exit codes mean', async () => {
  const { stdout } = await run(['diff', '--help']);
  expect(stdout).toMatch(/^Usage: network-mapper diff <before> \[<after>\] \[flags\]\n/);
  expect(stdout).toMatch(/Exit codes:\n {2}0 {2}no call.*\n {2}1 {2}some are\n {2}2 {2}an error\n/);
});
