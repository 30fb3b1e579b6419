import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { RecordedDestinationsForSrc } from '@network-mapper/api';
import { expect, onTestFinished, test } from 'vitest';

const snifferProgram = join(import.meta.dirname, '../src/main.ts');

interface Request {
  readonly operationName: string;
  readonly variables: { readonly results?: { readonly results: readonly RecordedDestinationsForSrc[] } };
}

/** What the sniffer reports of a capture file of `fixtures/pcap`, as `CLIENT -> SERVER …`. */
async function reported(file: string, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const lines: string[] = [];
  const server = createServer((incoming, response) => {
    if (incoming.method !== 'POST') return void response.writeHead(404).end();
    void read(incoming).then(({ operationName, variables }) => {
      for (const source of variables.results?.results ?? []) lines.push(...linesOf(source));
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { [operationName]: true } }));
    });
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await promisify(execFile)(
    process.execPath,
    [snifferProgram, '--pcap', join(import.meta.dirname, 'fixtures/pcap', file)],
    { env: { ...process.env, OTTERIZE_MAPPER_API_URL: `http://127.0.0.1:${port}/query`, ...env } },
  );
  return lines;
}

async function read(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const text = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  return JSON.parse(text.toString()) as Request;
}

function linesOf({ srcIp, destinations }: RecordedDestinationsForSrc): readonly string[] {
  return destinations.map(({ destination, destinationIP, destinationPort, reachedPort, accepted, connections }) =>
    destinationPort === null
      ? `${srcIp} -> ${destination} ${destinationIP}`
      : `${srcIp} -> ${destination}:${destinationPort} ${destinationIP}:${reachedPort ?? destinationPort} ${accepted ? 'accepted' : 'tried'} ${connections}`,
  );
}

test('a scan with one sequence number and one port is as many attempts as it has targets', async () => {
  expect(await reported('synscan.pcap')).toEqual([
    '10.0.0.1 -> 10.0.0.2:80 10.0.0.2:80 tried 1',
    '10.0.0.1 -> 10.0.0.3:5432 10.0.0.3:5432 tried 1',
    '10.0.0.1 -> 10.0.0.4:6379 10.0.0.4:6379 tried 1',
  ]);
});

test.each([
  ['hairpin-random.pcap', '10.0.0.2 -> 10.96.0.2:80 10.0.0.2:8080 accepted 1'],
  ['nodeport-cluster-masq.pcap', '198.51.100.9 -> 192.168.7.1:30080 10.0.0.2:8080 accepted 1'],
  ['nodeport-local.pcap', '198.51.100.9 -> 192.168.7.1:30080 10.0.0.2:8080 accepted 1'],
  ['loadbalancer-local.pcap', '198.51.100.9 -> 203.0.113.5:443 10.0.0.2:8443 accepted 1'],
])('%s: one connection, by the address that was called and the one that was reached', async (file, expected) => {
  expect(await reported(file)).toEqual([expected]);
});

test('a DNS server that answers from port 5353 is one', async () => {
  expect(await reported('dns-port-5353.pcap')).toEqual([expect.stringMatching(/^10\.0\.0\.1 -> .* 10\.96\.0\.2$/)]);
  expect(await reported('dns-port-5353.pcap', { OTTERIZE_SNIFFER_DNS_PORTS: '53' })).toEqual([]);
});

test('what the cluster’s resolver asks for others is not on the map, what the others asked is', async () => {
  expect(await reported('resolver.pcap')).toEqual([expect.stringMatching(/^10\.0\.0\.1 -> .* 192\.0\.2\.80$/)]);
});

test('the answer 0.0.0.0 is no call', async () => {
  expect(await reported('zero-answer.pcap')).toEqual([]);
});
