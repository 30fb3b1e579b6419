import { createServer } from 'node:http';
import { closeServer, listen } from '@network-mapper/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeProxy, type CallCounter, type FakeProxy } from './fake-proxy.ts';
import { prepareWatcher, proxyPod, type RunningWatcher } from './running-watcher.ts';

let watcher: RunningWatcher;
let proxies: FakeProxy[];

beforeEach(async () => {
  watcher = await prepareWatcher();
  proxies = [];
});

afterEach(async () => {
  await watcher.stop();
  for (const proxy of proxies) await proxy.close();
});

async function proxyAt(host: string, counters: readonly CallCounter[], port?: number): Promise<FakeProxy> {
  const proxy = await createFakeProxy(host, port);
  proxy.counters = counters;
  proxies.push(proxy);
  return proxy;
}

/** Each edge with its path once, and with all that was seen of it. */
function reported(): readonly string[] {
  const lines = watcher.mapper.entries.map(entry => {
    const { srcWorkload, srcWorkloadNamespace, dstWorkload, dstWorkloadNamespace, path } = entry;
    return `${String(srcWorkloadNamespace)}/${String(srcWorkload)} ${String(dstWorkloadNamespace)}/${String(dstWorkload)} ${String(path)}`;
  });
  return [...new Set(lines)].sort();
}

async function readings(proxy: FakeProxy, more: number): Promise<void> {
  const before = proxy.asked.length;
  await expect.poll(() => proxy.asked.length).toBeGreaterThanOrEqual(before + more);
}

test('only requests since the watcher began are calls, with their methods and response codes', async () => {
  const proxy = await proxyAt('127.13.0.1', [{ path: '/old', count: 9 }]);
  watcher.kubernetes.put(proxyPod({ name: 'web-1', ip: '127.13.0.1' }));
  await watcher.start();
  await readings(proxy, 2);
  proxy.counters = [
    { path: '/old', count: 9 },
    { path: '/v1.2/items.json', count: 1 },
    { path: '/v1.2/items.json', method: 'POST', code: 503, count: 1 },
    { path: '/shop.v1.Cart/Add', method: 'POST', protocol: 'grpc', count: 1 },
  ];
  await expect
    .poll(reported)
    .toEqual(['shop/web stock/catalog /shop.v1.Cart/Add', 'shop/web stock/catalog /v1.2/items.json']);
  const [items] = watcher.mapper.entries.filter(({ path }) => path === '/v1.2/items.json').slice(-1);
  expect(items).toMatchObject({ dstServiceName: 'catalog', methods: ['GET', 'POST'], responseCodes: [200, 503] });
  expect(watcher.mapper.entries.find(({ path }) => path === '/shop.v1.Cart/Add')).toMatchObject({ grpc: true });
  expect(proxy.asked[0]).toBe('/stats/prometheus?usedonly&filter=istio_requests_total');
});

test('all that a proxy counted that began after the watcher are calls', async () => {
  await proxyAt('127.13.0.2', [{ path: '/first', count: 1 }]);
  await watcher.start();
  await expect.poll(() => watcher.kubernetes.openWatches({ plural: 'pods' })).toBe(4);
  watcher.kubernetes.put(proxyPod({ name: 'web-2', ip: '127.13.0.2' }));
  await expect.poll(reported).toEqual(['shop/web stock/catalog /first']);
});

test('a proxy that is restarted reports no call again', async () => {
  const proxy = await proxyAt('127.13.0.3', []);
  watcher.kubernetes.put(proxyPod({ name: 'web-3', ip: '127.13.0.3' }));
  await watcher.start();
  await readings(proxy, 2);
  proxy.counters = [{ path: '/once', count: 5 }];
  await expect.poll(reported).toEqual(['shop/web stock/catalog /once']);
  const before = watcher.mapper.entries.length;
  proxy.counters = [];
  await readings(proxy, 2);
  proxy.counters = [{ path: '/once', count: 0 }];
  await readings(proxy, 3);
  expect(watcher.mapper.entries).toHaveLength(before);
});

test('native sidecars, gateways, waypoints and ztunnels are read, each once', async () => {
  const gateway = { 'gateway.istio.io/managed': 'x', 'gateway.networking.k8s.io/gateway-name': 'x' };
  const call = (reporter: string, path?: string): CallCounter => ({
    reporter,
    count: 1,
    to: 'shop/api',
    ...(path === undefined ? {} : { path }),
  });
  const [native, waypoint] = await Promise.all([
    proxyAt('127.13.0.4', [call('destination', '/native')]),
    proxyAt('127.13.0.5', [call('waypoint', '/waypoint')]),
    proxyAt('127.13.0.6', [{ ...call('source'), from: 'shop/web-7' }], 15_020),
  ]);
  watcher.kubernetes.put(
    proxyPod({ name: 'api-1', ip: '127.13.0.4', native: true }),
    proxyPod({ name: 'waypoint-1', ip: '127.13.0.5', labels: gateway }),
    proxyPod({ name: 'ztunnel-1', ip: '127.13.0.6', namespace: 'istio-system', labels: { app: 'ztunnel' } }),
    // Neither has a proxy to read.
    proxyPod({ name: 'ztunnel-2', ip: '127.13.0.7', labels: { app: 'ztunnel' } }),
  );
  await watcher.start({ OTTERIZE_ISTIO_REPORT_EXISTING: 'true' });
  await expect
    .poll(reported)
    .toEqual(['shop/web shop/api /native', 'shop/web shop/api /waypoint', 'shop/web-7 shop/api ']);
  await readings(native, 3);
  expect(Math.abs(native.asked.length - waypoint.asked.length)).toBeLessThan(3);
});

test('a pod that only looks like a proxy cannot report calls of other namespaces', async () => {
  await proxyAt('127.13.0.8', [
    { path: '/forged', from: 'bank/teller', to: 'bank/vault', count: 1 },
    { path: '/forged', from: 'bank/teller', to: 'shop/web', count: 1 },
    { path: '/true', from: 'shop/web', to: 'bank/vault', count: 1 },
  ]);
  watcher.kubernetes.put(proxyPod({ name: 'web-8', ip: '127.13.0.8' }));
  await watcher.start({ OTTERIZE_ISTIO_REPORT_EXISTING: 'true' });
  await expect.poll(reported).toEqual(['shop/web bank/vault /true']);
  await expect.poll(watcher.metrics).toMatch(/istio_watcher_skipped_total\{reason="foreign-namespace"\} 2/);
});

test('ten thousand paths of one client and server are a hundred, and one for the rest', async () => {
  const paths = Array.from({ length: 10_000 }, (_, at) => ({ path: `/names/n${at}x/${at}`, count: 1 }));
  await proxyAt('127.13.0.9', paths);
  watcher.kubernetes.put(proxyPod({ name: 'web-9', ip: '127.13.0.9' }));
  await watcher.start({ OTTERIZE_ISTIO_REPORT_EXISTING: 'true' });
  await expect.poll(() => reported().length).toBe(101);
  expect(reported()).toContain('shop/web stock/catalog /*');
  expect(reported()).toContain('shop/web stock/catalog /names/n7x/{id}');
  await expect.poll(watcher.metrics).toMatch(/istio_watcher_paths_folded_total 9900/);
});

test('where Envoy’s own port is closed, that of the agent beside it is asked', async () => {
  await proxyAt('127.13.0.10', [{ path: '/merged', count: 1 }], 15_020);
  watcher.kubernetes.put(proxyPod({ name: 'web-10', ip: '127.13.0.10' }));
  await watcher.start({ OTTERIZE_ISTIO_REPORT_EXISTING: 'true', OTTERIZE_ISTIO_SCRAPE: 'http' });
  await expect.poll(reported).toEqual(['shop/web stock/catalog /merged']);
});

test('proxies that never answer hold up no others, and are counted', async () => {
  const silent = createServer(() => undefined);
  await listen(silent, { name: 'a silent proxy', port: 15_090, host: '127.13.0.11' });
  await proxyAt('127.13.0.12', [{ path: '/there', count: 1 }]);
  watcher.kubernetes.put(
    proxyPod({ name: 'web-11', ip: '127.13.0.11' }),
    proxyPod({ name: 'web-12', ip: '127.13.0.12' }),
  );
  try {
    await watcher.start({
      OTTERIZE_ISTIO_REPORT_EXISTING: 'true',
      OTTERIZE_ISTIO_SCRAPE: 'http',
      OTTERIZE_ISTIO_METRIC_FETCH_TIMEOUT: '300ms',
    });
    await expect.poll(reported).toEqual(['shop/web stock/catalog /there']);
    await expect.poll(watcher.metrics).toMatch(/istio_watcher_proxies_unreadable 1/);
  } finally {
    await closeServer(silent);
  }
});

test('only the pods of the namespace that is named are looked at', async () => {
  await proxyAt('127.13.0.13', [{ path: '/here', count: 1 }]);
  const elsewhere = await proxyAt('127.13.0.14', [{ path: '/elsewhere', count: 1 }]);
  watcher.kubernetes.put(
    proxyPod({ name: 'web-13', ip: '127.13.0.13' }),
    proxyPod({ name: 'web-14', ip: '127.13.0.14', namespace: 'other' }),
  );
  await watcher.start({
    OTTERIZE_ISTIO_REPORT_EXISTING: 'true',
    OTTERIZE_ISTIO_RESTRICT_COLLECTION_TO_NAMESPACE: 'shop',
  });
  await expect.poll(reported).toEqual(['shop/web stock/catalog /here']);
  expect(elsewhere.asked).toEqual([]);
  const lists = watcher.kubernetes.requests.filter(({ url }) => url.includes('/pods?'));
  expect(lists.every(({ url }) => url.startsWith('/api/v1/namespaces/shop/pods?'))).toBe(true);
});

test('while the API server is away the proxies that are known are read on', async () => {
  const proxy = await proxyAt('127.13.0.15', []);
  watcher.kubernetes.put(proxyPod({ name: 'web-15', ip: '127.13.0.15' }));
  await watcher.start();
  await readings(proxy, 2);
  await watcher.kubernetes.down();
  proxy.counters = [{ path: '/meanwhile', count: 1 }];
  await expect.poll(reported).toEqual(['shop/web stock/catalog /meanwhile']);
  await watcher.kubernetes.up();
});

test('of the access log of a ztunnel connections have their ports, and those that were denied are marked', async () => {
  const ztunnel = { namespace: 'istio-system', pod: 'ztunnel-1', container: 'istio-proxy' };
  watcher.kubernetes.put(
    proxyPod({ name: 'ztunnel-1', ip: '127.13.0.16', namespace: 'istio-system', labels: { app: 'ztunnel' } }),
  );
  await watcher.start({ OTTERIZE_ISTIO_ZTUNNEL_ACCESS_LOG: 'true' });
  const line = (addresses: string): string => `info access connection complete ${addresses} direction="outbound"`;
  watcher.kubernetes.logs.append(
    ztunnel,
    [
      line('src.addr=10.0.0.1:50676 dst.addr=10.0.0.2:15008 dst.hbone_addr=10.0.0.2:5000'),
      'info state_manager something else',
      line('src.addr=10.0.0.1:50677 dst.addr=10.0.0.3:6379 error="policy rejection"'),
    ].map(text => ({ time: new Date().toISOString(), text })),
  );
  await expect
    .poll(() =>
      watcher.mapper.entries.flatMap(({ srcIp, destinations }) =>
        (destinations as readonly Record<string, unknown>[]).map(
          ({ destination, destinationIP, destinationPort, accepted }) =>
            `${String(srcIp)} ${String(destinationIP ?? destination)}:${String(destinationPort)} ${String(accepted)}`,
        ),
      ),
    )
    .toEqual(['10.0.0.1 10.0.0.2:5000 true', '10.0.0.1 10.0.0.3:6379 false']);
});
