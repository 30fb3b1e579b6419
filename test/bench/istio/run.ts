/**
 * Measures what it costs to read the proxies of a mesh: `npm run bench:istio`. The proxies, the Kubernetes API and the
 * mapper are in this process, the watcher is one of its own. Writes test/bench/istio/results.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKubernetesApi, createRecordingMapper, pod } from '@network-mapper/testkit';
import { closeServer, listen } from '@network-mapper/runtime';
import { format } from 'prettier';
import { MeasuredProcess } from '../mapper/measured-process.ts';

const proxies = 200;
const interval = 15;
const rounds = 4;
const metricsPort = 19_792;
const program = join(import.meta.dirname, '../../../packages/istio-watcher/src/main.ts');
const scratch = mkdtempSync(join(tmpdir(), 'bench-istio-'));

/** The labels of Istio, so that a line is as long as a real one. */
function line({
  proxy,
  series,
  value,
}: {
  readonly proxy: number;
  readonly series: number;
  readonly value: number;
}): string {
  const labels = `reporter="source",source_workload="web-${proxy}",source_canonical_service="web-${proxy}",source_canonical_revision="latest",source_workload_namespace="shop",source_principal="spiffe://cluster.local/ns/shop/sa/web",source_app="web",source_version="",source_cluster="Kubernetes",destination_workload="catalog-${series % 20}",destination_workload_namespace="shop",destination_principal="spiffe://cluster.local/ns/shop/sa/catalog",destination_app="catalog",destination_version="v1.2",destination_service="catalog-${series % 20}.shop.svc.cluster.local",destination_canonical_service="catalog",destination_canonical_revision="v1.2",destination_service_name="catalog-${series % 20}",destination_service_namespace="shop",destination_cluster="Kubernetes",request_protocol="http",response_code="200",grpc_response_status="",response_flags="-",connection_security_policy="mutual_tls",request_method="GET",request_path="/api/v1/things-${series}"`;
  return `istio_requests_total{${labels}} ${value}\n`;
}

/** Every proxy counts `series` paths, of which a tenth grow between two readings. */
async function startProxies(series: number): Promise<readonly Server[]> {
  const servers = Array.from({ length: proxies }, (_, proxy) => {
    let reading = 0;
    return createServer((_request, response) => {
      reading++;
      const lines = Array.from({ length: series }, (_, at) =>
        line({ proxy, series: at, value: 5 + (at % 10 === 0 ? reading : 0) }),
      );
      response.end(lines.join(''));
    });
  });
  await Promise.all(
    servers.map((server, at) => listen(server, { name: 'a proxy', port: 15_090, host: addressOf(at) })),
  );
  return servers;
}

function addressOf(proxy: number): string {
  return `127.14.${Math.floor(proxy / 250)}.${(proxy % 250) + 1}`;
}

async function measure(series: number): Promise<string> {
  const servers = await startProxies(series);
  const kubernetes = await createKubernetesApi();
  const mapper = await createRecordingMapper();
  const kubeconfig = join(scratch, 'kubeconfig');
  writeFileSync(kubeconfig, kubernetes.kubeconfig());
  for (let at = 0; at < proxies; at++) {
    const labels = { 'security.istio.io/tlsMode': 'istio' };
    const bare = pod({ name: `web-${at}`, namespace: 'shop', ip: addressOf(at), labels });
    kubernetes.put({ ...bare, spec: { containers: [{ name: 'app' }, { name: 'istio-proxy' }] } });
  }
  const watcher = new MeasuredProcess([process.execPath, '--max-semi-space-size=4', program], {
    KUBECONFIG: kubeconfig,
    OTTERIZE_MAPPER_API_URL: mapper.url,
    OTTERIZE_ISTIO_COOLDOWN_INTERVAL: `${interval}s`,
    OTTERIZE_HEALTH_PROBES_PORT: '0',
    OTTERIZE_METRICS_PORT: String(metricsPort),
  });
  try {
    // The first round says where the counters stand.
    await untilRound(1);
    const [cpu, started] = [watcher.cpu(), performance.now()];
    const durations: number[] = [];
    for (let round = 2; round < 2 + rounds; round++) durations.push(await untilRound(round));
    const share = (watcher.cpu() - cpu) / ((performance.now() - started) / 1000);
    const { resident } = watcher.memory();
    return `| ${series} | ${(series * proxies).toLocaleString('en')} | ${durations.map(each => each.toFixed(2)).join(', ')} | ${share.toFixed(3)} | ${resident.toFixed(0)} | ${mapper.entries.length} |`;
  } finally {
    await watcher.stop();
    await mapper.close();
    await kubernetes.down();
    for (const server of servers) await closeServer(server);
  }
}

/** Waits for the end of a round; seconds that it took. */
async function untilRound(round: number): Promise<number> {
  for (;;) {
    await sleep(500);
    const text = await fetch(`http://127.0.0.1:${metricsPort}/metrics`).then(
      response => response.text(),
      () => '',
    );
    const metric = (name: string) => Number(new RegExp(`^istio_watcher_${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
    if (metric('rounds_total') >= round) return metric('round_seconds');
  }
}

try {
  const rows: string[] = [];
  for (const series of [100, 500]) rows.push(await measure(series));
  const text = `# Benchmark of the Istio watcher

\`npm run bench:istio\` on ${cpus().length} cores of ${cpus()[0]?.model ?? 'a CPU'}, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.
${proxies} proxies read over HTTP, ${interval} s between two rounds; a tenth of the counters grows in each. Proxies, Kubernetes API and mapper
are in one other process, which shares the cores: a round waits for them too.

| counters a proxy | counters | seconds a round | cores | resident, MiB | calls reported |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  const path = join(import.meta.dirname, 'results.md');
  writeFileSync(path, await format(text, { parser: 'markdown', printWidth: 120 }));
  console.log(text);
} finally {
  rmSync(scratch, { recursive: true });
}
