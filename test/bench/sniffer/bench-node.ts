import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is sent through the node. */
export interface Traffic {
  readonly kind: 'dns' | 'syn';
  /** Packets a second; each crosses two interfaces of the node. */
  readonly rate: number;
  readonly seconds: number;
  /** Clients have numbers from this one on; 0 when not given. */
  readonly firstClient?: number;
  readonly clients: number;
  readonly names: number;
}

/** The core that makes traffic, and the one that the sniffer has to itself. */
const trafficCore = '0';
export const snifferCore = '1';

/**
 * A node as a network namespace, routed between a pod that sends and pods that receive, so that each packet is captured
 * twice: coming in and going out.
 */
export class BenchNode {
  readonly namespace = `nmb${process.pid}-${Date.now() % 1_000_000}-node`;
  readonly #sender = `${this.namespace}-sender`;
  readonly #receiver = `${this.namespace}-receiver`;
  readonly #directory = mkdtempSync(join(tmpdir(), 'nm-bench-'));
  readonly #namespaces = new Set<string>();
  readonly #children = new Set<ChildProcess>();
  #groups = 0;

  constructor() {
    for (const program of ['traffic', 'processes']) {
      execFileSync('gcc', ['-O2', '-o', join(this.#directory, program), join(import.meta.dirname, `${program}.c`)]);
    }
    for (const namespace of [this.namespace, this.#sender, this.#receiver]) this.#addNamespace(namespace);
    this.#sysctl(['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0']);
    this.#link('in0', this.#sender);
    this.#link('out0', this.#receiver);
    this.#ip(this.namespace, 'addr add 10.201.0.1/24 dev out0');
    this.#ip(this.#receiver, 'addr add 10.201.0.2/24 dev eth0');
    this.#ip(this.namespace, 'route add 10.200.0.0/16 via 10.201.0.2');
  }

  /** Sends, and answers how many packets were sent. */
  async send({ kind, rate, seconds, firstClient = 0, clients, names }: Traffic): Promise<number> {
    const mac = execFileSync('ip', ['netns', 'exec', this.namespace, 'cat', '/sys/class/net/in0/address'], {
      encoding: 'utf8',
    }).trim();
    const words = ['eth0', mac, kind, rate, seconds, firstClient, clients, names].map(String);
    const program = this.start(this.#sender, [
      'taskset',
      '-c',
      trafficCore,
      join(this.#directory, 'traffic'),
      ...words,
    ]);
    let output = '';
    program.stdout?.on('data', (text: Buffer) => (output += text.toString()));
    await once(program, 'close');
    return Number(output);
  }

  /** Processes in a network namespace of their own, with connections among them; the answer takes them away again. */
  async addProcesses({
    processes,
    connections,
  }: {
    processes: number;
    connections: number;
  }): Promise<() => Promise<void>> {
    const number = ++this.#groups;
    const namespace = `${this.namespace}-${number}`;
    const address = `10.202.${number % 250}.1`;
    this.#addNamespace(namespace);
    this.#ip(namespace, `addr add ${address}/32 dev lo`);
    const program = [join(this.#directory, 'processes'), address, String(processes), String(connections)];
    const child = await this.startReady(namespace, program);
    return async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      this.#children.delete(child);
      execFileSync('ip', ['netns', 'del', namespace]);
      this.#namespaces.delete(namespace);
    };
  }

  start(namespace: string, command: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#children.add(child);
    return child;
  }

  async startReady(namespace: string, command: readonly string[]): Promise<ChildProcess> {
    const child = this.start(namespace, command);
    if (child.stdout === null) throw new Error('no output to wait for');
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${command.join(' ')} ended before it was ready`))),
    ]);
    return child;
  }

  /** What a URL of the node's loopback answers. */
  get(url: string): string {
    return execFileSync('ip', ['netns', 'exec', this.namespace, 'curl', '-sS', url], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
  }

  async dispose(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const namespace of this.#namespaces) execFileSync('ip', ['netns', 'del', namespace]);
    rmSync(this.#directory, { recursive: true });
  }

  #link(name: string, peer: string): void {
    this.#ip(this.namespace, `link add ${name} type veth peer name eth0 netns ${peer}`);
    this.#ip(this.namespace, `link set ${name} up`);
    this.#ip(peer, 'link set eth0 up');
  }

  #addNamespace(namespace: string): void {
    execFileSync('ip', ['netns', 'add', namespace]);
    this.#namespaces.add(namespace);
    this.#ip(namespace, 'link set lo up');
  }

  #ip(namespace: string, command: string): void {
    execFileSync('ip', ['-n', namespace, ...command.split(' ')]);
  }

  #sysctl(settings: readonly string[]): void {
    execFileSync('ip', ['netns', 'exec', this.namespace, 'sysctl', '-q', '-w', ...settings]);
  }
}
