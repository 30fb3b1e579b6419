/**
 * Measures what the log of a busy broker costs: `npm run bench:kafka`. The watcher, a process of its own, follows a log
 * of ten million lines as fast as it takes them. Writes test/bench/kafka/results.md.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { createRecordingMapper, kubeconfigFor, listenLocally } from '@network-mapper/testkit';
import { format } from 'prettier';
import { MeasuredProcess } from '../mapper/measured-process.ts';

const root = join(import.meta.dirname, '../../..');
const program = join(root, 'packages/kafka-watcher/src/main.ts');
const fixture = join(root, 'packages/kafka-watcher/test/fixtures/broker-4.1.2-kraft.log.gz');
const total = 10_000_000;
const samples = 10;
const scratch = mkdtempSync(join(tmpdir(), 'bench-kafka-'));

/** The lines of a real broker's authorizer, by clients of 200 addresses. */
const lines = gunzipSync(readFileSync(fixture))
  .toString()
  .split('\n')
  .filter(line => line.includes('Principal = '));
let sent = 0;
let client = 0;

function nextLines(): string {
  const now = new Date().toISOString();
  return lines
    .map(line => `${now} ${line.replace(/from host = \S+/, `from host = 10.0.0.${++client % 200}`)}\n`)
    .join('');
}

/** Sends the log as fast as it is read, until all lines are sent; then it stays open. */
async function sendLog(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain' });
  while (sent < total && !response.destroyed) {
    sent += lines.length;
    if (!response.write(nextLines())) await once(response, 'drain');
  }
}

const broker = {
  metadata: { name: 'kafka-0', namespace: 'kafka', uid: 'u' },
  spec: { containers: [{ name: 'kafka' }] },
  status: { phase: 'Running' },
};
const kubernetes = createServer((request, response) => {
  if (request.url?.includes('/log?') !== true) return void response.end(JSON.stringify(broker));
  void sendLog(response);
});

const { url, close } = await listenLocally(kubernetes);
const mapper = await createRecordingMapper();
const kubeconfig = join(scratch, 'kubeconfig');
writeFileSync(kubeconfig, kubeconfigFor(url));
const watcher = new MeasuredProcess([process.execPath, '--max-semi-space-size=4', program], {
  KUBECONFIG: kubeconfig,
  OTTERIZE_MAPPER_API_URL: mapper.url,
  OTTERIZE_KAFKA_SERVERS: 'kafka-0.kafka',
  OTTERIZE_HEALTH_PROBES_PORT: '0',
  OTTERIZE_METRICS_PORT: '0',
});
try {
  const rows: string[] = [];
  while (sent === 0) await sleep(10);
  let [cpu, seen, at] = [watcher.cpu(), sent, performance.now()];
  const [firstCpu, firstSeen] = [cpu, seen];
  for (let sample = 1; sample <= samples; sample++) {
    while (sent < (total / samples) * sample) await sleep(20);
    const next = { cpu: watcher.cpu(), sent, at: performance.now() };
    const perCpu = (next.sent - seen) / (next.cpu - cpu);
    const perSecond = (next.sent - seen) / ((next.at - at) / 1000);
    const { resident, anonymous } = watcher.memory();
    rows.push(
      `| ${next.sent.toLocaleString('en')} | ${Math.round(perSecond).toLocaleString('en')} | ${Math.round(perCpu).toLocaleString('en')} | ${resident.toFixed(0)} | ${anonymous.toFixed(0)} |`,
    );
    [cpu, seen, at] = [next.cpu, next.sent, next.at];
  }
  const overall = Math.round((seen - firstSeen) / (cpu - firstCpu)).toLocaleString('en');
  const text = `# Benchmark of the Kafka watcher

\`npm run bench:kafka\` on ${cpus().length} cores of ${cpus()[0]?.model ?? 'a CPU'}, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.
The authorizer's lines of a real broker (4.1.2), by clients of 200 addresses, ${Math.round(lines.reduce((sum, line) => sum + line.length, 0) / lines.length)} characters each, followed through the Kubernetes
API as fast as the watcher takes them; whoever sends them shares the cores. Overall ${overall} lines a CPU-second; ${mapper.entries.length} accesses
were reported.

| lines | a second | a CPU-second | resident, MiB | of it anonymous |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  writeFileSync(join(import.meta.dirname, 'results.md'), await format(text, { parser: 'markdown', printWidth: 120 }));
  console.log(text);
} finally {
  await watcher.stop();
  await mapper.close();
  await close();
  rmSync(scratch, { recursive: true });
}
