/**
 * Sends random requests to a mapper in a small heap: `node test/attack/fuzz.ts [count] [seed]`. Ends with 1 when one is
 * answered with a fault of the mapper's own, when a turn of its event loop takes more than 100 ms, or when it takes
 * more than 256 MiB.
 */
import { Agent, request } from 'node:http';
import { AttackedMapper } from './attacked-mapper.ts';
import { randomBody } from './random-requests.ts';
import { Random } from './random.ts';

export interface FuzzReport {
  readonly requests: number;
  /** How many requests were answered with each status; 0 when the connection was cut, as of those who read slowly. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests that were answered with a fault of the mapper's own. */
  readonly faults: readonly string[];
  /** Milliseconds. */
  readonly longestTurn: number;
  /** Bytes. */
  readonly largestResident: number;
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly progress?: (report: FuzzReport) => void;
}

/** Requests that are on their way at the same time. */
const atOnce = 16;
/** Requests between two looks at the process. */
const roundLength = 2_000;

export async function fuzz({ count, seed, progress }: FuzzOptions): Promise<FuzzReport> {
  await using mapper = await AttackedMapper.start({ heap: 128 });
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const random = new Random(seed);
  const statuses: Record<string, number> = {};
  const faults: string[] = [];
  let report: FuzzReport = { requests: 0, statuses, faults, longestTurn: 0, largestResident: 0 };
  let left = count;

  async function work(until: number): Promise<void> {
    while (left > until) {
      left--;
      const body = randomBody(random);
      const { status, text } = await send(mapper.url, agent, body);
      statuses[status] = (statuses[status] ?? 0) + 1;
      const isFault = (status >= 500 && status !== 503) || text.includes('internal system error');
      if (isFault && faults.length < 20)
        faults.push(`${status} ${text.slice(0, 200)} <- ${Buffer.from(body).toString()}`);
    }
  }

  while (left > 0) {
    const until = Math.max(0, left - roundLength);
    await Promise.all(Array.from({ length: atOnce }, () => work(until)));
    const { longestTurn, resident } = await mapper.damage();
    report = {
      ...report,
      requests: count - left,
      longestTurn: Math.max(report.longestTurn, longestTurn),
      largestResident: Math.max(report.largestResident, resident),
    };
    progress?.(report);
  }
  agent.destroy();
  if ((statuses[0] ?? 0) > 1 + count / 10_000) faults.push(`${statuses[0] ?? 0} connections were cut`);
  const { status } = await mapper.post({ query: '{ health }' });
  if (status !== 200) faults.push(`afterwards { health } was answered with ${status}`);
  return report;
}

async function send(
  url: string,
  agent: Agent,
  body: string | Uint8Array,
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request(`${url}/query`, { method: 'POST', agent, headers }, response => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      if (text.length < 1_000) text += chunk;
    });
    response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
  sent.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'ECONNRESET' ? resolve({ status: 0, text: '' }) : reject(error),
  );
  sent.end(body);
  return promise;
}

if (import.meta.main) {
  const [count = '100000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
  console.log(`seed ${seed}`);
  let shown = 0;
  const report = await fuzz({
    count: Number(count),
    seed: Number(seed),
    progress: ({ requests, longestTurn, largestResident, statuses }) => {
      if (requests - shown < 100_000) return;
      shown = requests;
      console.log(
        requests,
        JSON.stringify(statuses),
        `${longestTurn.toFixed(0)} ms`,
        `${(largestResident / 2 ** 20).toFixed(0)} MiB`,
      );
    },
  });
  console.log(report);
  if (report.faults.length > 0 || report.longestTurn > 100 || report.largestResident > 256 * 2 ** 20)
    process.exitCode = 1;
}
