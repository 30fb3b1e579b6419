import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AgentStatus, Destination, RecordedDestinationsForSrc } from '@network-mapper/api';
import { vi } from 'vitest';
import type { NodeNetwork, Running } from './node-network.ts';

const snifferProgram = join(import.meta.dirname, '../src/main.ts');
const mapperProgram = join(import.meta.dirname, 'recording-mapper.ts');
const mapperPort = '9555';

/** One request that the mapper got. */
export interface Received {
  readonly operationName: string;
  readonly variables: {
    readonly results?: { readonly results: readonly RecordedDestinationsForSrc[] };
    readonly status?: AgentStatus;
  };
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly error?: string;
}

export interface SnifferOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** What is put before the sniffer's command, e.g. to take rights away. */
  readonly through?: readonly string[];
  /** What is put before all of it, outside the network namespace. */
  readonly before?: readonly string[];
}

/** A destination with its client, as it was reported. */
export type Call = Destination & Omit<RecordedDestinationsForSrc, 'destinations'>;

const evidence = {
  dns: 'reportCaptureResults',
  tcp: 'reportTCPCaptureResults',
  socket: 'reportSocketScanResults',
} as const;

/** A mapper in the node's network namespace that writes down what it gets. */
export class RecordingMapper {
  readonly received: Received[] = [];

  static async start(network: NodeNetwork, flags: readonly string[] = []): Promise<RecordingMapper> {
    const child = network.start(network.node, [process.execPath, mapperProgram, mapperPort, ...flags]);
    const mapper = new RecordingMapper();
    readLines(child, received => mapper.received.push(received as Received));
    await vi.waitFor(
      () => mapper.received.find(({ operationName }) => operationName === 'ready') ?? fail('not ready'),
      60_000,
    );
    return mapper;
  }

  /** Everything it got by one kind of evidence. */
  calls(kind: keyof typeof evidence): readonly Call[] {
    return this.received
      .filter(({ operationName }) => operationName === evidence[kind])
      .flatMap(({ variables }) => variables.results?.results ?? [])
      .flatMap(({ destinations, ...client }) => destinations.map(destination => ({ ...client, ...destination })));
  }

  /** Waits until it got such a call. */
  async call(kind: keyof typeof evidence, like: Partial<Call>): Promise<Call> {
    const isLike = (call: Call): boolean =>
      Object.entries(like).every(([name, value]) => call[name as keyof Call] === value);
    return vi.waitFor(
      () => this.calls(kind).find(isLike) ?? fail(`received by ${kind}: ${JSON.stringify(this.calls(kind))}`),
      { timeout: 60_000, interval: 50 },
    );
  }

  statuses(): readonly AgentStatus[] {
    return this.received.flatMap(({ variables: { status } }) => (status === undefined ? [] : [status]));
  }
}

/** A sniffer in the node's network namespace. */
export class SnifferProcess {
  readonly log: LogLine[] = [];
  readonly child: Running;
  /** Resolves to its exit code. */
  readonly ended: Promise<number | null>;

  constructor(network: NodeNetwork, { env = {}, flags = [], through = [], before = [] }: SnifferOptions = {}) {
    this.child = network.start(network.node, [...through, process.execPath, snifferProgram, ...flags], {
      before,
      stderr: 'inherit',
      env: {
        OTTERIZE_MAPPER_API_URL: `http://127.0.0.1:${mapperPort}`,
        OTTERIZE_HOST_PROC_DIR: '/proc',
        OTTERIZE_HEALTH_PROBES_PORT: '57921',
        OTTERIZE_SNIFFER_REPORT_INTERVAL: '100ms',
        OTTERIZE_SNIFFER_SCAN_INTERVAL: '200ms',
        OTTERIZE_SNIFFER_SCAN_CPU_PERCENT: '50',
        ...env,
      },
    });
    readLines(this.child, line => this.log.push(line as LogLine));
    this.ended = once(this.child, 'exit').then(([code]) => code as number | null);
  }

  /** Starts one and waits until it sniffs. */
  static async start(network: NodeNetwork, options: SnifferOptions = {}): Promise<SnifferProcess> {
    const sniffer = new SnifferProcess(network, options);
    await sniffer.logged('Sniffing');
    return sniffer;
  }

  async logged(message: string): Promise<LogLine> {
    return vi.waitFor(() => this.log.find(({ msg }) => msg === message) ?? fail(JSON.stringify(this.log)), 60_000);
  }

  /** Ends it by a signal and waits until it did; its exit code. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}

function readLines(child: Running, take: (line: unknown) => void): void {
  createInterface(child.stdout).on('line', line => take(JSON.parse(line)));
}

function fail(problem: string): never {
  throw new Error(problem);
}
