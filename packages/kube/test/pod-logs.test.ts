import { createKubernetesApi, pod, statuses, type KubernetesApi } from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectKube, followPodLogs, type KubeConnection, type KubeError } from '../src/index.ts';

const broker = { namespace: 'kafka', pod: 'broker-0', container: 'kafka' };
let api: KubernetesApi;
let connection: KubeConnection;
let stop: AbortController;
let read: string[];
let troubles: KubeError[];
let following: Promise<void>;

beforeEach(async () => {
  api = await createKubernetesApi();
  api.put(pod({ name: 'broker-0', namespace: 'kafka' }));
  connection = await connectKube({ kubeconfig: api.kubeconfig() });
  stop = new AbortController();
  read = [];
  troubles = [];
});

afterEach(async () => {
  stop.abort();
  await following;
  connection.close();
  await api.down();
});

function follow(since = '2025-06-01T10:00:00Z'): void {
  following = (async () => {
    const onTrouble = (error: KubeError): void => void troubles.push(error);
    const lines = followPodLogs(connection, { ...broker, since: new Date(since), onTrouble }, stop.signal);
    for await (const { text } of lines) read.push(text);
  })();
}

function write(...lines: readonly (readonly [time: string, text: string])[]): void {
  api.logs.append(
    broker,
    lines.map(([time, text]) => ({ time: `2025-06-01T${time}Z`, text })),
  );
}

async function readUpTo(text: string): Promise<void> {
  await vi.waitFor(() => expect(read).toContain(text), { timeout: 60_000 });
}

const timesRead = () => api.requests.filter(({ url }) => url.includes('/log?')).length;

test('lines come as they are written, from the moment that was asked for', async () => {
  write(['09:59:59.9', 'before'], ['10:00:00.1', 'one']);
  follow();
  await readUpTo('one');
  write(['10:00:01', 'two'], ['10:00:01', 'two again']);
  await readUpTo('two again');
  expect(read).toEqual(['one', 'two', 'two again']);
});

test('after the connection was lost each line comes once, those of the same moment and out of order too', async () => {
  follow();
  await expect.poll(() => timesRead()).toBe(1);
  write(['10:00:01.5', 'a'], ['10:00:01.2', 'from standard error'], ['10:00:01.5', 'a'], ['10:00:01.500000001', 'b']);
  await readUpTo('b');
  api.logs.end(broker);
  write(['10:00:01.5', 'late'], ['10:00:02', 'c']);
  await readUpTo('c');
  api.logs.end(broker);
  write(['10:00:02', 'd']);
  await readUpTo('d');
  expect(read).toEqual(['a', 'from standard error', 'a', 'b', 'late', 'c', 'd']);
});

test('what a container wrote before it was started again comes too, when the connection was lost before that', async () => {
  follow();
  await expect.poll(() => timesRead()).toBe(1);
  write(['10:00:01.5', 'a'], ['10:00:01.6', 'b']);
  await readUpTo('b');
  api.logs.end(broker);
  write(['10:00:01.7', 'last words']);
  api.logs.restart(broker);
  write(['10:00:01.9', 'begun again'], ['10:00:03', 'c']);
  await readUpTo('c');
  expect(read).toEqual(['a', 'b', 'last words', 'begun again', 'c']);
  api.logs.end(broker);
  write(['10:00:03', 'd']);
  await readUpTo('d');
  expect(read).toEqual(['a', 'b', 'last words', 'begun again', 'c', 'd']);
});

test('while the log may not be read that is said once, and reading goes on afterwards', async () => {
  const allow = api.refuse({ plural: 'pods' }, statuses.forbidden);
  write(['10:00:01', 'one']);
  follow();
  await vi.waitFor(() => expect(timesRead()).toBeGreaterThan(1), { timeout: 60_000 });
  allow();
  await readUpTo('one');
  expect(troubles.map(({ code }) => code)).toEqual(['forbidden']);
});

test('when the pod is gone the following ends', async () => {
  write(['10:00:01', 'one']);
  follow();
  await readUpTo('one');
  api.remove({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'broker-0', namespace: 'kafka' } });
  api.logs.end(broker);
  await following;
  expect(read).toEqual(['one']);
});
