import { createServer } from 'node:http';
import { closeServer, listen } from '@network-mapper/runtime';

export interface CallCounter {
  readonly reporter?: string;
  readonly from?: string;
  readonly to?: string;
  readonly path?: string;
  readonly method?: string;
  readonly code?: number;
  readonly protocol?: string;
  readonly count: number;
}

export interface FakeProxy {
  /** What it counts from now on. */
  counters: readonly CallCounter[];
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/** The statistics of a proxy at an address of this machine, as Envoy writes them in Prometheus' format. */
export async function createFakeProxy(host: string, port = 15_090): Promise<FakeProxy> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(`# TYPE istio_requests_total counter\n${proxy.counters.map(lineOf).join('')}`);
  });
  const proxy: FakeProxy & { counters: readonly CallCounter[] } = {
    counters: [],
    asked,
    close: () => closeServer(server),
  };
  await listen(server, { name: 'a proxy of the test', port, host });
  return proxy;
}

function lineOf(counter: CallCounter): string {
  const { reporter = 'source', from = 'shop/web', to = 'stock/catalog', path, method = 'GET' } = counter;
  const { code = 200, protocol = 'http', count } = counter;
  const [sourceNamespace = '', source = ''] = from.split('/');
  const [destinationNamespace = '', destination = ''] = to.split('/');
  const labels = {
    reporter,
    source_workload: source,
    source_workload_namespace: sourceNamespace,
    destination_workload: destination,
    destination_workload_namespace: destinationNamespace,
    destination_service_name: destination,
    ...(path === undefined
      ? {}
      : { request_protocol: protocol, response_code: code, request_method: method, request_path: path }),
  };
  const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const metric = path === undefined ? 'istio_tcp_connections_opened_total' : 'istio_requests_total';
  return `${metric}{${text.join(',')}} ${count}\n`;
}
