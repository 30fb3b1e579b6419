import { afterEach, beforeEach, expect, test } from 'vitest';
import { report } from './reports.ts';
import { later, startSmallCluster, type SmallCluster } from './small-cluster.ts';

let cluster: SmallCluster;

beforeEach(async () => {
  cluster = await startSmallCluster();
});
afterEach(() => cluster[Symbol.asyncDispose]());

interface Changes {
  readonly changes: readonly { readonly intent: { readonly ports: readonly number[] }; readonly gone: boolean }[];
  readonly cursor: string;
  readonly more: boolean;
  readonly restarted: boolean;
}

async function changes(after: string | null, first = 100): Promise<Changes> {
  const { body } = await cluster.running.ask(
    `{ changes(after: ${JSON.stringify(after)}, first: ${first}) { changes { intent { ports } gone } cursor more restarted } }`,
  );
  expect(body.errors).toBeUndefined();
  return body.data?.changes as Changes;
}

const called = (port: number) =>
  report(cluster.running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [
      { destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: port, lastSeen: later(port % 60) },
    ],
  });

test('a reader gets all calls first, then what changed since, then what is gone', async () => {
  await called(80);
  const begin = await changes(null);
  expect(begin).toMatchObject({ changes: [{ intent: { ports: [80] }, gone: false }], more: false, restarted: false });
  expect((await changes(begin.cursor)).changes).toEqual([]);
  await called(443);
  const next = await changes(begin.cursor);
  expect(next.changes).toEqual([{ intent: { ports: [80, 443] }, gone: false }]);
  await cluster.running.ask('mutation { resetCapture }');
  expect((await changes(next.cursor)).changes).toEqual([{ intent: { ports: [80, 443] }, gone: true }]);
  expect((await changes(null)).changes).toEqual([]);
});

test('a cursor of another run of the mapper begins anew, and says so', async () => {
  await called(80);
  const { cursor } = await changes(null);
  const other = `${'0'.repeat(32)}.${cursor.split('.')[1] ?? ''}`;
  expect(await changes(other)).toMatchObject({ changes: [{ gone: false }], restarted: true });
});

test.each([
  ['a cursor of something else', 'changes(after: "x") { more }'],
  ['no change at all', 'changes(first: 0) { more }'],
  ['more than an answer holds', 'changes(first: 100000) { more }'],
])('who asks with %s is refused', async (_, field) => {
  const { body } = await cluster.running.ask(`{ ${field} }`);
  expect(body.errors).toHaveLength(1);
});
