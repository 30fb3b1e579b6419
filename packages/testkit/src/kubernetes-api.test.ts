import { KubeConfig, Watch, CoreV1Api, makeInformer } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deployed, deployment, object, ofSize, pod, replicaSet, service } from './builders.ts';
import { createKubernetesApi, type KubernetesApi } from './kubernetes-api.ts';
import { statuses } from './status.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

interface Listed {
  readonly kind: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly {
    readonly kind?: string;
    readonly metadata: { readonly name: string };
    readonly spec?: unknown;
  }[];
}
interface WatchEvent {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly code?: number;
    readonly metadata: { readonly name?: string; readonly resourceVersion?: string };
  };
}

let api: KubernetesApi;
beforeEach(async () => {
  api = await createKubernetesApi();
});
afterEach(() => api.down());

async function getJson<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(api.url + path, { headers });
  return (await response.json()) as T;
}

/** Opens a watch and returns the array into which its events fall. */
async function watch(query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${api.url}${query}`, { headers });
  const events: WatchEvent[] = [];
  const state = { events, status: response.status, ended: false };
  void (async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const lines = (text + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n');
      text = lines.pop() ?? '';
      events.push(...lines.map(line => JSON.parse(line) as WatchEvent));
    }
  })()
    .catch(() => undefined)
    .finally(() => (state.ended = true));
  return state;
}

const names = (list: Listed): string[] => list.items.map(item => item.metadata.name);
const summary = (events: readonly WatchEvent[]): string[] =>
  events.map(({ type, object: { metadata } }) => `${type} ${metadata.name ?? ''}`.trim());

test('the official client lists, gets and follows what is put', async () => {
  const config = new KubeConfig();
  config.loadFromString(api.kubeconfig());
  const core = config.makeApiClient(CoreV1Api);
  api.put(...deployed({ name: 'cart', namespace: 'shop', ips: ['10.0.0.1', '10.0.0.2'] }));

  expect((await core.listPodForAllNamespaces()).items.map(item => item.status?.podIP)).toEqual([
    '10.0.0.1',
    '10.0.0.2',
  ]);
  expect((await core.readNamespacedPod({ namespace: 'shop', name: 'cart-7d4b9c6f5-xxxx0' })).metadata?.labels).toEqual({
    app: 'cart',
  });

  const seen: string[] = [];
  const informer = makeInformer(config, '/api/v1/pods', () => core.listPodForAllNamespaces());
  informer.on('add', added => seen.push(`add ${added.metadata?.name ?? ''}`));
  informer.on('delete', deleted => seen.push(`delete ${deleted.metadata?.name ?? ''}`));
  await informer.start();
  await expect.poll(() => api.openWatches()).toBe(1);
  api.put(pod({ name: 'ads', ip: '10.0.0.3' }));
  api.remove(pod({ name: 'ads' }));
  await expect.poll(() => seen).toContain('delete ads');
  await informer.stop();
  expect(seen).toContain('add ads');
});

test('a list read in pages shows one moment, whatever is put meanwhile', async () => {
  api.put(...[1, 2, 3, 4, 5].map(n => pod({ name: `pod-${String(n)}` })));
  const first = await getJson<Listed>('/api/v1/pods?limit=2');
  expect(names(first)).toEqual(['pod-1', 'pod-2']);
  expect(first.metadata.remainingItemCount).toBe(3);

  api.put(pod({ name: 'pod-6' }));
  api.remove(pod({ name: 'pod-4' }));
  const second = await getJson<Listed>(`/api/v1/pods?limit=2&continue=${first.metadata.continue ?? ''}`);
  const third = await getJson<Listed>(`/api/v1/pods?limit=2&continue=${second.metadata.continue ?? ''}`);
  expect([...names(second), ...names(third)]).toEqual(['pod-3', 'pod-4', 'pod-5']);
  expect(third.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
});

test('what is longer than 128 KiB is zipped, for those that take it so', async () => {
  const encodingOf = async (accepted: string): Promise<string | null> => {
    const response = await fetch(`${api.url}/api/v1/pods`, { headers: { 'accept-encoding': accepted } });
    expect(await response.json()).toMatchObject({ kind: 'PodList' });
    return response.headers.get('content-encoding');
  };
  api.put(pod({ name: 'small', namespace: 'shop' }));
  expect(await encodingOf('gzip')).toBeNull();
  api.put(ofSize(pod({ name: 'large', namespace: 'shop' }), 200 * 1024));
  expect(await encodingOf('gzip')).toBe('gzip');
  expect(await encodingOf('identity')).toBeNull();
});

test('items of a list leave out the kind where it is built in, and name it where it is not', async () => {
  api.put(pod({ name: 'a' }), object({ apiVersion: 'example.org/v1', kind: 'Policy', name: 'b' }));
  expect((await getJson<Listed>('/api/v1/pods')).items[0]).not.toHaveProperty('kind');
  expect((await getJson<Listed>('/apis/example.org/v1/namespaces/default/policies')).items[0]?.kind).toBe('Policy');
});

test('a watch from the version of a list gets all later changes and no earlier ones', async () => {
  api.put(pod({ name: 'old' }));
  const { metadata } = await getJson<Listed>('/api/v1/pods');
  api.put(pod({ name: 'between' }));
  const { events } = await watch(`/api/v1/pods?watch=1&resourceVersion=${metadata.resourceVersion}`);
  api.put(pod({ name: 'between', phase: 'Failed' }));
  api.remove(pod({ name: 'old' }));
  await expect.poll(() => summary(events)).toEqual(['ADDED between', 'MODIFIED between', 'DELETED old']);
});

test('a watch that asks for initial events gets what there is, a bookmark that ends it, then what changes', async () => {
  api.put(pod({ name: 'a' }));
  const { events } = await watch(
    '/api/v1/pods?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan',
  );
  api.put(pod({ name: 'b' }));
  await expect.poll(() => summary(events)).toEqual(['ADDED a', 'BOOKMARK', 'ADDED b']);
  expect(events[1]?.object).toMatchObject({
    kind: 'Pod',
    metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
  });
});

test('an object that comes into the sight of a selector is added, one that leaves it is deleted', async () => {
  const { events } = await watch('/api/v1/pods?watch=1&labelSelector=app%3Dcart');
  api.put(pod({ name: 'a', labels: { app: 'ads' } }));
  api.put(pod({ name: 'a', labels: { app: 'cart' } }));
  api.put(pod({ name: 'a', labels: { app: 'cart', tier: 'x' } }));
  api.put(pod({ name: 'a' }));
  await expect.poll(() => summary(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
});

test('versions and tokens older than the history are gone', async () => {
  api.put(pod({ name: 'a' }), pod({ name: 'b' }));
  const page = await getJson<Listed>('/api/v1/pods?limit=1');
  api.forgetHistory();
  const { events } = await watch(`/api/v1/pods?watch=1&resourceVersion=${page.metadata.resourceVersion}`);
  await vi.waitFor(() =>
    expect(events[0]).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }),
  );
  expect(await getJson(`/api/v1/pods?limit=1&continue=${page.metadata.continue ?? ''}`)).toMatchObject({
    code: 410,
    reason: 'Expired',
  });
});

test('the history is bounded: a client that slept too long is gone', async () => {
  await using small = await createKubernetesApi({ historyLimit: 2 });
  small.put(pod({ name: 'first' }));
  const version = small.objects({ apiVersion: 'v1', kind: 'Pod' })[0]?.metadata.resourceVersion ?? '';
  for (let n = 0; n < 10; n++) small.put(pod({ name: `pod-${String(n)}` }));
  const response = await fetch(`${small.url}/api/v1/pods?watch=1&resourceVersion=${version}`);
  expect(await response.text()).toContain('"code":410');
});

test('bookmarks come on demand, to those who allow them', async () => {
  const allows = await watch('/api/v1/pods?watch=1&resourceVersion=0&allowWatchBookmarks=true');
  const refuses = await watch('/api/v1/pods?watch=1&resourceVersion=0');
  api.bookmark();
  api.put(pod({ name: 'a' }));
  await expect.poll(() => summary(allows.events)).toEqual(['BOOKMARK', 'ADDED a']);
  await expect.poll(() => summary(refuses.events)).toEqual(['ADDED a']);
});

test('metadata alone is sent to those who ask for it', async () => {
  const accept = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` });
  api.put(ofSize(pod({ name: 'a', labels: { app: 'cart' } }), 10_000));
  const list = await getJson<Listed>('/api/v1/pods', accept('PartialObjectMetadataList'));
  expect(list).toMatchObject({
    kind: 'PartialObjectMetadataList',
    items: [{ kind: 'PartialObjectMetadata', metadata: { labels: { app: 'cart' } } }],
  });
  expect(list.items[0]).not.toHaveProperty('spec');
  const one = await getJson('/api/v1/namespaces/default/pods/a', accept('PartialObjectMetadata'));
  expect(one).toEqual(list.items[0]);
  const { events } = await watch('/api/v1/pods?watch=1', accept('PartialObjectMetadata'));
  await expect.poll(() => events[0]?.object).toEqual(list.items[0]);
});

interface Selection {
  readonly query: string;
  readonly finds: readonly string[];
}
const selections: readonly Selection[] = [
  { query: 'labelSelector=app=cart', finds: ['cart'] },
  { query: 'labelSelector=app!=cart', finds: ['ads', 'bare'] },
  { query: 'labelSelector=app', finds: ['ads', 'cart'] },
  { query: 'labelSelector=!app', finds: ['bare'] },
  { query: 'labelSelector=app in (cart, ads),tier=front', finds: ['ads'] },
  { query: 'labelSelector=app notin (cart)', finds: ['ads', 'bare'] },
  { query: 'fieldSelector=spec.nodeName=n2', finds: ['cart'] },
  { query: 'fieldSelector=status.phase!=Running', finds: ['bare'] },
  { query: 'fieldSelector=metadata.name=ads,metadata.namespace=default', finds: ['ads'] },
];
test.each(selections)('$query selects $finds', async ({ query, finds }) => {
  api.put(pod({ name: 'cart', labels: { app: 'cart' }, node: 'n2' }));
  api.put(pod({ name: 'ads', labels: { app: 'ads', tier: 'front' } }), pod({ name: 'bare', phase: 'Failed' }));
  expect(names(await getJson<Listed>(`/api/v1/pods?${query.replaceAll(' ', '%20')}`))).toEqual(finds);
});

test('a selector that does not parse is a bad request', async () => {
  expect(await getJson('/api/v1/pods?labelSelector=((')).toMatchObject({ code: 400 });
  expect(await getJson('/api/v1/pods?fieldSelector=spec.colour=red')).toMatchObject({ code: 400 });
});

test('discovery names every kind that is served, also one that was put only now, and not one that was withdrawn', async () => {
  const kinds = async (path: string): Promise<string[]> =>
    (await getJson<{ resources?: { kind: string }[] }>(path)).resources?.map(({ kind }) => kind) ?? [];
  expect(await getJson('/version')).toMatchObject({ gitVersion: 'v1.34.0' });
  expect(await kinds('/api/v1')).toContain('Pod');
  expect(await kinds('/apis/argoproj.io/v1alpha1')).toContain('Rollout');
  expect(await kinds('/apis/example.org/v1')).toEqual([]);
  api.put(object({ apiVersion: 'example.org/v1', kind: 'Policy', name: 'b' }));
  expect(await kinds('/apis/example.org/v1')).toEqual(['Policy']);
  api.withdraw({ apiVersion: 'example.org/v1', kind: 'Policy' });
  expect(await getJson('/apis/example.org/v1/namespaces/default/policies')).toMatchObject({ code: 404 });
});

test('requests are refused, delayed, cut or left hanging on demand, and answered again afterwards', async () => {
  api.put(replicaSet({ name: 'cart-1', owner: deployment({ name: 'cart' }) }), service({ name: 'cart' }));
  const path = '/apis/apps/v1/namespaces/default/replicasets/cart-1';
  const heal = api.refuse({ plural: 'replicasets', verb: 'get', name: 'cart-1' }, statuses.forbidden);
  expect(await getJson(path)).toMatchObject({ kind: 'Status', code: 403, reason: 'Forbidden' });
  expect(await getJson('/apis/apps/v1/replicasets')).toMatchObject({ kind: 'ReplicaSetList' });
  heal();
  expect(await getJson(path)).toMatchObject({
    kind: 'ReplicaSet',
    metadata: { ownerReferences: [{ kind: 'Deployment', name: 'cart' }] },
  });

  const reconnect = api.inject({ plural: 'services' }, { kind: 'cut' });
  await expect(getJson('/api/v1/services')).rejects.toThrow();
  reconnect();
  const wake = api.inject({ plural: 'services' }, { kind: 'hang' });
  await expect(fetch(`${api.url}/api/v1/services`, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
  wake();
  api.inject({}, { kind: 'delay', milliseconds: 30 });
  const before = performance.now();
  expect(names(await getJson<Listed>('/api/v1/services'))).toEqual(['cart']);
  expect(performance.now() - before).toBeGreaterThan(25);
});

test('watches are cut on demand; a server that is down refuses, and comes back at the same address', async () => {
  const pods = await watch('/api/v1/pods?watch=1');
  const services = await watch('/api/v1/services?watch=1');
  api.disconnect({ plural: 'pods' });
  await expect.poll(() => pods.ended).toBe(true);
  expect(services.ended).toBe(false);
  const { url } = api;
  await api.down();
  await expect.poll(() => services.ended).toBe(true);
  await expect(getJson('/version')).rejects.toThrow();
  await api.up();
  expect(api.url).toBe(url);
  expect(await getJson('/version')).toMatchObject({ major: '1' });
});

test('a status is patched alone: members are merged, null removes, watches hear of what changed', async () => {
  const path = '/apis/example.org/v1/namespaces/default/policies/a';
  const patch = async (change: object, type = 'application/merge-patch+json', at = `${path}/status`) => {
    const headers = { 'content-type': type };
    return (await fetch(api.url + at, { method: 'PATCH', headers, body: JSON.stringify(change) })).status;
  };
  const policy = object({ apiVersion: 'example.org/v1', kind: 'Policy', name: 'a' });
  api.put({ ...policy, spec: { kept: 1 }, status: { kept: true, replaced: [1, 2], gone: 1, within: { a: 1 } } });
  const { events } = await watch('/apis/example.org/v1/policies?watch=1');
  await expect.poll(() => events).toHaveLength(1);

  const change = { spec: { kept: 2 }, status: { replaced: [3], gone: null, within: { b: 2 } } };
  expect(await patch(change)).toBe(200);
  expect(await patch(change)).toBe(200);
  const status = { kept: true, replaced: [3], within: { a: 1, b: 2 } };
  expect(await getJson(path)).toMatchObject({ spec: { kept: 1 }, status });
  expect(await getJson<{ status: object }>(path)).toHaveProperty('status', status);
  await expect.poll(() => summary(events)).toEqual(['ADDED a', 'MODIFIED a']);

  expect(await patch(change, 'application/json')).toBe(400);
  expect(await patch(change, undefined, `${path}-other/status`)).toBe(404);
});

test('objects are created once, and patched without their status; a patch of an older version is refused', async () => {
  const collection = '/api/v1/namespaces/default/secrets';
  const send = async (method: string, at: string, body: object) => {
    const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
    const response = await fetch(api.url + at, { method, headers, body: JSON.stringify(body) });
    return { status: response.status, object: (await response.json()) as KubernetesObject };
  };
  const secret = { metadata: { name: 'keys' }, data: { a: 'MQ==' } };
  const { object: made } = await send('POST', collection, secret);
  expect(made).toMatchObject({ kind: 'Secret', metadata: { namespace: 'default' }, data: { a: 'MQ==' } });
  expect((await send('POST', collection, secret)).status).toBe(409);

  const change = { data: { a: null, b: 'Mg==' }, status: { invented: true } };
  const { object: patched } = await send('PATCH', `${collection}/keys`, change);
  expect(patched).toMatchObject({ data: { b: 'Mg==' } });
  expect(patched).not.toHaveProperty('status');
  const { resourceVersion } = made.metadata;
  expect((await send('PATCH', `${collection}/keys`, { ...change, metadata: { resourceVersion } })).status).toBe(409);
});

test('what was asked is logged', async () => {
  await getJson('/api/v1/pods?limit=500', { accept: 'application/json' });
  expect(api.requests).toEqual([{ method: 'GET', url: '/api/v1/pods?limit=500', accept: 'application/json' }]);
});

test('a watch ends when its time is up', async () => {
  const state = await watch('/api/v1/pods?watch=1&timeoutSeconds=1');
  await vi.waitFor(() => expect(state.ended).toBe(true), { timeout: 60_000 });
  expect(api.openWatches()).toBe(0);
});

test('the official client’s watch hears of changes', async () => {
  const config = new KubeConfig();
  config.loadFromString(api.kubeconfig());
  const heard: string[] = [];
  const controller = await new Watch(config).watch(
    '/api/v1/services',
    {},
    phase => heard.push(phase),
    () => undefined,
  );
  api.put(service({ name: 'cart', clusterIp: '10.96.0.1', ports: [{ port: 80 }] }));
  await expect.poll(() => heard).toEqual(['ADDED']);
  controller.abort();
});
