/**
 * Sends reports to a mapper, in a process of its own: `load.ts URL PODS EDGES RESULTS CONNECTIONS ORDER`. Reports are
 * as large as a busy sniffer's: 20 sources with 10 destinations each. Each pod calls Services in turn until there are
 * as many different edges as asked for. ORDER says how reports follow each other: `sequence`, or `random`, in which no
 * cache of the processor helps, as with reports of many nodes. Prints JSON with what was sent and how long it took.
 */
import { Agent, request } from 'node:http';
import { operations } from '@network-mapper/api';

const [url = '', podsText, edgesText, resultsText, connectionsText, order] = process.argv.slice(2);
const [pods, edges, results, connections] = [podsText, edgesText, resultsText, connectionsText].map(Number) as [
  number,
  number,
  number,
  number,
];
const workloads = Math.ceil(pods / 10);
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const perReport = 200;

/** Edges come in blocks of ten: the calls of one client to ten servers. */
const blocks = Math.max(1, Math.round(edges / 10));

function podIp(index: number): string {
  return `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** The same numbers in each run: a linear congruential generator (Numerical Recipes). */
let state = 1;
function random(below: number): number {
  state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return Math.floor((state / 2 ** 32) * below);
}

/** Which block a source of a report is; at random each comes once before any comes again. */
const shuffled = Array.from({ length: blocks }, (_, block) => block);
if (order === 'random')
  for (let at = blocks - 1; at > 0; at--) {
    const other = random(at + 1);
    [shuffled[at], shuffled[other]] = [shuffled[other] ?? 0, shuffled[at] ?? 0];
  }

function report(start: number): Buffer {
  const sources = Array.from({ length: 20 }, (_, source) => {
    const block = shuffled[(start / 10 + source) % blocks] ?? 0;
    const client = block % workloads;
    const firstServer = client + 1 + Math.floor(block / workloads) * 10;
    return {
      srcIp: podIp(Math.min(pods - 1, client * 10 + (order === 'random' ? random(10) : source % 10))),
      srcHostname: '',
      destinations: Array.from({ length: 10 }, (_unused, index) => {
        const server = (firstServer + index) % workloads;
        return {
          destination: `app-${server}.ns-${server % 50}.svc.cluster.local`,
          destinationIP: `10.96.${1 + (server >> 8)}.${server & 255}`,
          destinationPort: null,
          TTL: 30,
          lastSeen: new Date().toISOString(),
          srcPorts: [],
        };
      }),
    };
  });
  const { document, operationName } = operations.reportCaptureResults;
  return Buffer.from(JSON.stringify({ query: document, variables: { results: { results: sources } }, operationName }));
}

function send(body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/query`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    });
    sent.on('response', response => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        text.includes('true') ? resolve(response.statusCode ?? 0) : reject(new Error(text.slice(0, 300))),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

// Bodies are made before the clock runs, and used again: times are then some seconds old, as they really are.
const calls = Math.ceil(results / perReport);
const bodies = Array.from({ length: Math.min(calls, 5_000) }, (_, call) => report(call * perReport));
let next = 0;
const started = performance.now();
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (next < calls) await send(bodies[next++ % bodies.length] ?? Buffer.alloc(0));
  }),
);
const seconds = (performance.now() - started) / 1000;
process.stdout.write(`${JSON.stringify({ results: calls * perReport, seconds })}\n`);
agent.destroy();
