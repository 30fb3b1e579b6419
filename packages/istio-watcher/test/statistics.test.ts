import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAdminJson } from '../src/statistics/admin-json.ts';
import type { CounterSample } from '../src/statistics/counter-sample.ts';
import { CounterTable } from '../src/statistics/counter-table.ts';
import { readCounter } from '../src/statistics/mesh-call.ts';
import { parsePrometheusLine } from '../src/statistics/prometheus-line.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

const asText = fixture('stats.prom.txt')
  .split('\n')
  .map(parsePrometheusLine)
  .filter(sample => sample !== undefined);
const asJson = parseAdminJson(fixture('stats.json')) ?? [];

function labelsOf(samples: readonly CounterSample[]): readonly unknown[] {
  return samples
    .map(({ labels, value }) => ({
      ...Object.fromEntries([...(labels() ?? [])].filter(([, text]) => text !== '')),
      value,
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

test('what a real Envoy answers as text and as JSON says the same', () => {
  expect(asText).toHaveLength(9);
  expect(labelsOf(asJson)).toEqual(labelsOf(asText));
});

test('paths of a real Envoy are read whole, without their query', () => {
  const paths = asText
    .map(({ metric, labels }) => readCounter(metric, labels()))
    .flatMap(read =>
      read.kind === 'call' && read.call.request !== 'connection'
        ? [`${read.call.request.method ?? ''} ${read.call.request.path}`]
        : [],
    );
  expect(paths.sort()).toEqual([
    'GET /',
    'GET /a"b\\c',
    'GET /caf%C3%A9',
    'GET /items',
    'GET /request_method.X/y',
    'GET /v1.2/items.json',
    'POST /items',
  ]);
});

const usual = {
  reporter: 'source',
  source_workload: 'web',
  source_workload_namespace: 'shop',
  destination_workload: 'catalog',
  destination_workload_namespace: 'stock',
  destination_service_name: 'catalog',
  request_protocol: 'http',
  response_code: '200',
  request_method: 'GET',
  request_path: '/items',
};

function read(changes: Readonly<Record<string, string>>, metric = 'istio_requests_total') {
  return readCounter(metric, new Map(Object.entries({ ...usual, ...changes })));
}

describe('of a counter', () => {
  test.each([
    [{ source_workload: 'unknown-api' }, { client: { kind: 'workload', name: 'unknown-api', namespace: 'shop' } }],
    [{ source_workload: 'web.v1.2' }, { client: { kind: 'workload', name: 'web.v1.2', namespace: 'shop' } }],
    [
      { destination_service_name: 'PassthroughCluster' },
      { server: { kind: 'workload', name: 'catalog', namespace: 'stock' } },
    ],
    [
      { destination_service_name: 'api.example.com' },
      { server: { kind: 'workload', name: 'catalog', namespace: 'stock' } },
    ],
    [
      { request_protocol: 'grpc', request_path: '/shop.v1.Cart/Add', response_code: '0' },
      { request: { path: '/shop.v1.Cart/Add', method: 'GET', grpc: true, responseCode: undefined } },
    ],
    [
      { request_path: '/a%2Fb?c=d#e', response_code: '503' },
      { request: { path: '/a%2Fb', method: 'GET', grpc: false, responseCode: 503 } },
    ],
  ])('%j says %j', (changes, wanted) => {
    expect(read(changes)).toMatchObject({ kind: 'call', call: wanted });
  });

  test.each([
    [{ source_workload: 'unknown' }, 'unknown-workload'],
    [{ destination_workload_namespace: '' }, 'unknown-workload'],
    [{ request_path: 'unknown' }, 'no-path'],
    [{ request_path: '?a=b' }, 'no-path'],
    [{ reporter: 'x' }, 'unparsable-counter'],
    [{ request_path: `/${'x'.repeat(3_000)}` }, 'too-long'],
  ])('%j is left out: %s', (changes, reason) => {
    expect(read(changes)).toEqual({ kind: 'ignored', reason });
  });

  test('connections of a ztunnel have two sides and no path', () => {
    expect(read({}, 'istio_tcp_connections_opened_total')).toMatchObject({
      kind: 'call',
      call: { request: 'connection' },
    });
  });
});

test('whatever values labels have, they are read back', () => {
  const text = fc.string({ maxLength: 40 });
  const escaped = (value: string) => value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  fc.assert(
    fc.property(text, text, fc.nat(), (path, workload, value) => {
      const line = `istio_requests_total{source_workload="${escaped(workload)}",request_path="${escaped(path)}"} ${value}`;
      fc.pre(!line.includes('\r') && !/[\u2028\u2029]/.test(line));
      const sample = parsePrometheusLine(line);
      expect(sample?.value).toBe(value);
      expect(Object.fromEntries(sample?.labels() ?? [])).toEqual({ source_workload: workload, request_path: path });
    }),
  );
});

test('whatever a proxy answers, reading it never fails', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.json(), (line, json) => {
      parsePrometheusLine(`istio_requests_total{${line}`)?.labels();
      parseAdminJson(json)?.forEach(({ labels }) => labels());
      parseAdminJson(line);
    }),
  );
});

describe('of the counters of a proxy', () => {
  const readings = (table: CounterTable, ...all: readonly Readonly<Record<string, number>>[]) =>
    all.map(counters => {
      const growth = Object.entries(counters).map(([id, value]) => [id, table.take({ id, value })] as const);
      table.endReading({ isWhole: true });
      return Object.fromEntries(growth.filter(([, added]) => added > 0));
    });

  test('only what was added since the last reading is traffic', () => {
    const table = new CounterTable({ isBaseline: true });
    expect(readings(table, { a: 5, b: 1 }, { a: 5, b: 3, c: 2 }, { a: 5, b: 3, c: 2 })).toEqual([
      {},
      { b: 2, c: 2 },
      {},
    ]);
  });

  test('all of a proxy that began after the watcher is traffic', () => {
    expect(readings(new CounterTable({ isBaseline: false }), { a: 5 }, { a: 6 })).toEqual([{ a: 5 }, { a: 1 }]);
  });

  test('a proxy that began again yields nothing but what it counted since', () => {
    const table = new CounterTable({ isBaseline: true });
    expect(readings(table, { a: 50, b: 9, c: 0 }, { a: 2, c: 0 }, { a: 2, b: 1 })).toEqual([{}, { a: 2 }, { b: 1 }]);
  });

  test('of a reading that broke off the other counters are remembered', () => {
    const table = new CounterTable({ isBaseline: false });
    readings(table, { a: 5, b: 7 });
    expect(table.take({ id: 'a', value: 6 })).toBe(1);
    table.endReading({ isWhole: false });
    expect(readings(table, { a: 6, b: 7 })).toEqual([{}]);
  });

  test('counters that go by other names from now on are no traffic', () => {
    const table = new CounterTable({ isBaseline: false });
    readings(table, { a: 5 });
    table.startAnew();
    expect(readings(table, { x: 5 }, { x: 6 })).toEqual([{}, { x: 1 }]);
  });

  test('there is no room for endlessly many', () => {
    const table = new CounterTable({ isBaseline: false });
    for (let id = 0; id < 60_000; id++) table.take({ id: String(id), value: 1 });
    table.endReading({ isWhole: true });
    expect([table.size, table.left]).toEqual([50_000, 10_000]);
  });
});
