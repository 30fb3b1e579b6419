import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** How pods are joined to their node: all on one bridge, or each by a routed link of its own. */
export type Layout = 'bridge' | 'routed';

export interface Pod {
  /** Network namespace. */
  readonly namespace: string;
  readonly ip: string;
  readonly ip6: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What is put before the command, outside the network namespace. */
  readonly before?: readonly string[];
  readonly stderr?: 'inherit' | 'ignore';
}

/** A program that was started: its output can be read. */
export type Running = ChildProcessByStdio<null, Readable, null>;

let networks = 0;

/**
 * A node with pods as network namespaces of this machine: veth pairs, a bridge or routes, IPv4 and IPv6, an outside
 * world behind masquerading, Services by NAT rules. `dispose` ends every process in it and leaves nothing behind.
 */
export class NodeNetwork {
  /** The node's network namespace. */
  readonly node: string;
  readonly nodeIp: string;
  /** A host beyond the node's uplink. */
  readonly outside: Pod;
  readonly #prefix = `nm${process.pid}-${++networks}`;
  readonly #layout: Layout;
  readonly #children = new Set<Running>();
  readonly #namespaces: string[] = [];
  /** First parts of the network's addresses, other ones than other networks' of this machine. */
  readonly #subnet = `10.${64 + ((process.pid >> 7) & 127)}.${((process.pid << 1) & 254) | (networks & 1)}`;
  readonly #subnet6 = `fd77:${(0x8000 | (process.pid & 0x7fff)).toString(16)}:${networks}:`;
  #pods = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.nodeIp = `${this.#subnet}.1`;
    this.node = this.#addNamespace('node');
    try {
      this.outside = this.#setUp();
    } catch (error) {
      this.#deleteNamespaces();
      throw error;
    }
  }

  /** A pod, joined to the node at once. */
  addPod(): Pod {
    const number = ++this.#pods + 1;
    const pod = {
      namespace: this.#addNamespace(`pod${number}`),
      ip: `${this.#subnet}.${number}`,
      ip6: `${this.#subnet6}:${number}`,
    };
    const link = `veth${number}`;
    this.ip(this.node, `link add ${link} type veth peer name eth0 netns ${pod.namespace}`);
    this.ip(pod.namespace, 'link set eth0 up');
    this.ip(this.node, `link set ${link} up`);
    if (this.#layout === 'bridge') this.#joinBridge(pod, link);
    else this.#joinRoute(pod, link);
    return pod;
  }

  /** Takes a pod away with its link. */
  removePod({ namespace }: Pod): void {
    this.ip(namespace, 'link del eth0');
  }

  /** A Service's address and port, translated to a pod's. */
  addService(
    service: { readonly ip: string; readonly port: number },
    target: { readonly ip: string; readonly port: number },
  ): void {
    const family = service.ip.includes(':') ? 'ip6' : 'ip';
    const to = family === 'ip6' ? `[${target.ip}]:${target.port}` : `${target.ip}:${target.port}`;
    this.#nft(
      `add rule ${family} nat prerouting ${family} daddr ${service.ip} tcp dport ${service.port} dnat to ${to}`,
    );
  }

  ip(namespace: string, command: string): void {
    execFileSync('ip', ['-n', namespace, ...command.split(' ')], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Starts a program in a namespace; it is ended with the network. */
  start(
    namespace: string,
    command: readonly string[],
    { env, before = [], stderr = 'ignore' }: StartOptions = {},
  ): Running {
    const [program = 'ip', ...words] = [...before, 'ip', 'netns', 'exec', namespace, ...command];
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', stderr], env: { ...process.env, ...env } });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Starts a program and waits until it prints its first line. */
  async startReady(namespace: string, command: readonly string[], options: StartOptions = {}): Promise<void> {
    const child = this.start(namespace, command, { stderr: 'inherit', ...options });
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${command.join(' ')} ended before it was ready`))),
    ]);
  }

  /** Runs a program to its end; answers what it printed. Whether it succeeds is the caller's to judge. */
  async run(namespace: string, command: readonly string[]): Promise<string> {
    const child = this.start(namespace, command);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    return output;
  }

  async dispose(): Promise<void> {
    await Promise.all(
      [...this.#children].map(async child => {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }),
    );
    this.#deleteNamespaces();
  }

  #setUp(): Pod {
    const { node } = this;
    this.#sysctl(node, ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
    if (this.#layout === 'bridge') {
      this.ip(node, 'link add cni0 type bridge');
      this.ip(node, 'link set cni0 up');
      this.ip(node, `addr add ${this.nodeIp}/24 dev cni0`);
      this.ip(node, `addr add ${this.#subnet6}:1/64 dev cni0 nodad`);
    } else {
      this.ip(node, `addr add ${this.nodeIp}/32 dev lo`);
    }
    this.#nft(`table ip nat {
      chain prerouting { type nat hook prerouting priority -100; }
      chain postrouting { type nat hook postrouting priority 100; oifname "uplink" masquerade; }
    }
    table ip6 nat {
      chain prerouting { type nat hook prerouting priority -100; }
    }`);
    return this.#addOutside();
  }

  #joinBridge(pod: Pod, link: string): void {
    this.ip(this.node, `link set ${link} master cni0`);
    this.ip(pod.namespace, `addr add ${pod.ip}/24 dev eth0`);
    this.ip(pod.namespace, `addr add ${pod.ip6}/64 dev eth0 nodad`);
    this.ip(pod.namespace, `route add default via ${this.nodeIp}`);
    this.ip(pod.namespace, `route add default via ${this.#subnet6}:1`);
  }

  #joinRoute(pod: Pod, link: string): void {
    this.ip(this.node, `addr add 169.254.1.1/32 dev ${link}`);
    this.ip(this.node, `addr add fe80::1/64 dev ${link} nodad`);
    this.ip(this.node, `route add ${pod.ip}/32 dev ${link} src ${this.nodeIp}`);
    this.ip(this.node, `route add ${pod.ip6}/128 dev ${link}`);
    this.ip(pod.namespace, `addr add ${pod.ip}/32 dev eth0`);
    this.ip(pod.namespace, `addr add ${pod.ip6}/128 dev eth0 nodad`);
    this.ip(pod.namespace, 'route add 169.254.1.1 dev eth0 scope link');
    this.ip(pod.namespace, 'route add default via 169.254.1.1');
    this.ip(pod.namespace, 'route add default via fe80::1 dev eth0');
  }

  #addOutside(): Pod {
    const outside = { namespace: this.#addNamespace('outside'), ip: '203.0.113.9', ip6: '2001:db8:77::9' };
    this.ip(this.node, `link add uplink type veth peer name eth0 netns ${outside.namespace}`);
    this.ip(this.node, 'link set uplink up');
    this.ip(this.node, 'addr add 203.0.113.2/24 dev uplink');
    this.ip(outside.namespace, 'link set eth0 up');
    this.ip(outside.namespace, `addr add ${outside.ip}/24 dev eth0`);
    return outside;
  }

  #addNamespace(name: string): string {
    const namespace = `${this.#prefix}-${name}`;
    execFileSync('ip', ['netns', 'add', namespace]);
    this.#namespaces.push(namespace);
    this.ip(namespace, 'link set lo up');
    return namespace;
  }

  #deleteNamespaces(): void {
    for (const namespace of this.#namespaces) execFileSync('ip', ['netns', 'del', namespace]);
  }

  #sysctl(namespace: string, settings: readonly string[]): void {
    execFileSync('ip', ['netns', 'exec', namespace, 'sysctl', '-q', '-w', ...settings]);
  }

  #nft(rules: string): void {
    execFileSync('ip', ['netns', 'exec', this.node, 'nft', '-f', '-'], { input: rules });
  }
}
