import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createKubernetesApi,
  deployment,
  pod,
  replicaSet,
  updateEndpointSlices,
  type KubernetesObject,
} from '@network-mapper/testkit';

const main = new URL('../../packages/mapper/src/main.ts', import.meta.url).pathname;
const workloads = 30;

/** Milliseconds of the timer by which the mapper measures its turns: what it measures includes them. */
const loopTimer = 100;

/**
 * Lets a process run before others (SCHED_RR of sched(7)), where this user may: a turn is then what the mapper worked,
 * not how long it waited for a processor that others kept busy.
 */
const beforeOthers = spawnSync('chrt', ['--rr', '1', 'true']).status === 0 ? ['chrt', '--rr', '1'] : [];

/** Milliseconds of a turn of the event loop at the most: 100, on a machine that is five times slower. */
export const longestTurn = 500;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What an attack did to the process. */
export interface Damage {
  /** Milliseconds of the longest turn of the event loop since the last look. */
  readonly longestTurn: number;
  /** Bytes. */
  readonly resident: number;
}

export interface AttackedMapperOptions {
  /** MiB of V8's old generation. */
  readonly heap?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A mapper in a process of its own with a small heap, from source, with a map of 870 calls. */
export class AttackedMapper implements AsyncDisposable {
  readonly url: string;
  readonly #port: number;
  readonly #metricsUrl: string;
  readonly #output: () => string;
  readonly #exited: () => boolean;
  readonly #stop: () => Promise<void>;

  private constructor(parts: {
    readonly port: number;
    readonly metricsPort: number;
    readonly output: () => string;
    readonly exited: () => boolean;
    readonly stop: () => Promise<void>;
  }) {
    this.#port = parts.port;
    this.url = `http://127.0.0.1:${parts.port}`;
    this.#metricsUrl = `http://127.0.0.1:${parts.metricsPort}/metrics`;
    this.#output = parts.output;
    this.#exited = parts.exited;
    this.#stop = parts.stop;
  }

  static async start({ heap = 96, env = {} }: AttackedMapperOptions = {}): Promise<AttackedMapper> {
    const kubernetes = await createKubernetesApi();
    for (let index = 0; index < workloads; index++) kubernetes.put(...workload(index));
    updateEndpointSlices(kubernetes);
    const folder = await mkdtemp(join(tmpdir(), 'attacked-'));
    await writeFile(join(folder, 'config'), kubernetes.kubeconfig());
    const ports = [await freePort(), await freePort()] as const;
    const command = [process.execPath, `--max-old-space-size=${heap}`, '--max-semi-space-size=4', main];
    const [program = 'env', ...words] = [...beforeOthers, ...command];
    const child = spawn(program, words, {
      env: {
        PATH: process.env.PATH,
        KUBECONFIG: join(folder, 'config'),
        OTTERIZE_API_PORT: String(ports[0]),
        OTTERIZE_METRICS_PORT: String(ports[1]),
        OTTERIZE_SHUTDOWN_DELAY: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
    const attacked = new AttackedMapper({
      port: ports[0],
      metricsPort: ports[1],
      output: () => output,
      exited: () => child.exitCode !== null || child.signalCode !== null,
      stop: async () => {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGKILL');
          await once(child, 'exit');
        }
        await kubernetes[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    });
    await attacked.#ready();
    return attacked;
  }

  /** Sends JSON (or a text as it is) as a client of the API does. */
  async post(
    body: object | string | Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const response = await fetch(`${this.url}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async get(query: string): Promise<number> {
    const response = await fetch(`${this.url}/query?${new URLSearchParams({ query }).toString()}`);
    await response.arrayBuffer();
    return response.status;
  }

  /** A connection, for what no HTTP client would send. */
  async connect(): Promise<Socket> {
    const socket = connect(this.#port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  /** Asks a good query; fails unless the process is alive and answers all of it. */
  async assertAnswers(): Promise<void> {
    const { status, text } = await this.post({ query: '{ intents { client { name } server { name } } }' });
    if (status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 300)}\n${this.#output()}`);
    const { data } = JSON.parse(text) as { readonly data: { readonly intents: readonly unknown[] } };
    const wanted = workloads * (workloads - 1);
    if (data.intents.length !== wanted) throw new Error(`${data.intents.length} calls instead of ${wanted}`);
  }

  /** Looks what was done since the last look. */
  async damage(): Promise<Damage> {
    if (this.#exited()) throw new Error(`the mapper died: ${this.#output()}`);
    const text = await (await fetch(this.#metricsUrl)).text();
    const value = (name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? NaN);
    return {
      longestTurn: Math.max(0, value('nodejs_eventloop_lag_max_seconds') * 1000 - loopTimer),
      resident: value('process_resident_memory_bytes'),
    };
  }

  /** What the process wrote. */
  output(): string {
    return this.#output();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }

  async #ready(): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await this.#isReady())) {
      if (performance.now() > deadline || this.#exited()) throw new Error(`no mapper: ${this.#output()}`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    await this.post({
      query: reportDocument,
      variables: { results: { results: Array.from({ length: workloads }, (_, index) => callsOf(index)) } },
    });
    await this.assertAnswers();
    // What the start took is not an attack's.
    await this.damage();
  }

  async #isReady(): Promise<boolean> {
    const question = `{ serviceIdentity(address: "${address(workloads - 1)}") { identity { name } } }`;
    const reply = await this.post({ query: question }).catch(() => undefined);
    return reply?.text.includes(`app-${workloads - 1}"`) === true;
  }
}

export const reportDocument = 'mutation ($results: CaptureTCPResults!) { reportTCPCaptureResults(results: $results) }';

function workload(index: number): readonly KubernetesObject[] {
  const namespace = 'shop';
  const name = `app-${index}`;
  const labels = Object.fromEntries(
    Array.from({ length: 7 }, (_, label) => [`label-${label}`, `value-${label}-of-${name}`]),
  );
  const owner = deployment({ name, namespace });
  const set = replicaSet({ name: `${name}-1`, namespace, owner });
  return [owner, set, pod({ name: `${name}-1-x`, namespace, ip: address(index), owner: set, labels })];
}

/** The address of a pod that the mapper knows. */
export function address(index: number): string {
  return `10.1.0.${index + 1}`;
}

/** A good report: all calls of one workload. */
export function callsOf(client: number): object {
  const destinations = Array.from({ length: workloads }, (_, server) => server)
    .filter(server => server !== client)
    .map(server => ({
      destination: address(server),
      destinationIP: address(server),
      destinationPort: 80,
      lastSeen: new Date().toISOString(),
    }));
  return { srcIp: address(client), srcHostname: `app-${client}-1-x`, destinations };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}
