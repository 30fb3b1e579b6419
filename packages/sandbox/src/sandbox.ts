import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubernetesApi, updateEndpointSlices, type KubernetesApi } from '@network-mapper/testkit';
import { clusterObjects } from './cluster-objects.ts';
import { exposeInside, exposeOutside } from './port-bridges.ts';
import { layOut, targetOf, zoneOf, type Layout, type Placed, type PlacedWorkload } from './layout.ts';
import { NodeNamespaces } from './node-namespaces.ts';
import type { Plan } from './plan.ts';
import { programs } from './programs.ts';
import { SandboxError } from './sandbox-error.ts';
import { ready, WatchedProcess } from './watched-process.ts';

export interface ProgramOptions {
  /** Environment variables beside, or in place of, those that the sandbox sets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** In the node's network, which no other sandbox shares: fixed ports cannot clash. */
export const ports = { mapper: 9090, mapperMetrics: 2112, snifferHealth: 57921, snifferMetrics: 2113 } as const;

const callEveryMilliseconds = 1000;

interface Ground {
  readonly layout: Layout;
  readonly directory: string;
  readonly kubernetes: KubernetesApi;
}

interface Built {
  readonly node: NodeNamespaces;
  readonly processes: WatchedProcess[];
  readonly doors: Server[];
  readonly mapperUrl: string;
}

/**
 * Makes the node, its pods' networks, the Services before them and the Kubernetes API that lists them. No pod runs
 * yet.
 */
export async function openSandbox(plan: Plan): Promise<Sandbox> {
  const layout = layOut(plan);
  const directory = mkdtempSync(join(tmpdir(), 'network-mapper-'));
  const kubernetes = await createKubernetesApi();
  kubernetes.put(...clusterObjects(layout));
  updateEndpointSlices(kubernetes);
  try {
    const ground = { layout, directory, kubernetes };
    return new Sandbox(ground, await build(ground));
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    await kubernetes.down();
    throw error;
  }
}

async function build({ layout, directory, kubernetes }: Ground): Promise<Built> {
  const processes: WatchedProcess[] = [];
  const node = await NodeNamespaces.open(directory, event => {
    if (event.kind === 'line') processes[event.process]?.onEvent({ line: event.text });
    if (event.kind === 'exited') processes[event.process]?.onEvent({ exitCode: event.code });
  });
  try {
    const pods: readonly Placed[] = [layout.dns, ...layout.pods];
    const services = pods.map(({ podIp, podPort, service }) => ({ ...service, podIp, podPort }));
    await node
      .execute({ kind: 'lay-network', network: { nodeIp: layout.nodeIp, pods, services } })
      .catch((error: unknown) => {
        throw new SandboxError('unavailable', `this machine allows no such network: ${String(error)}`, {
          cause: error,
        });
      });
    const apiDoor = await exposeInside(node, { kubernetes, directory });
    const { door: mapperDoor, url: mapperUrl } = await exposeOutside(node, { port: ports.mapper, directory });
    return { node, processes, doors: [apiDoor, mapperDoor], mapperUrl };
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

/** A small cluster on this machine; everything of it but the Kubernetes API lives in namespaces of its own. */
export class Sandbox implements AsyncDisposable {
  readonly layout: Layout;
  /** The cluster's API: what is put or removed here, the mapper sees. */
  readonly kubernetes: KubernetesApi;
  /** A directory for this sandbox alone, which the programs in it see too; gone with it. */
  readonly directory: string;
  /** Where the mapper of this sandbox is reached from outside of it. */
  readonly mapperUrl: string;
  readonly #node: NodeNamespaces;
  readonly #processes: WatchedProcess[];
  readonly #doors: Server[];

  /** Use `openSandbox`. */
  constructor({ layout, directory, kubernetes }: Ground, { node, processes, doors, mapperUrl }: Built) {
    this.layout = layout;
    this.kubernetes = kubernetes;
    this.directory = directory;
    this.mapperUrl = mapperUrl;
    this.#node = node;
    this.#processes = processes;
    this.#doors = doors;
  }

  /** The id, outside, of a process of the node: `nsenter --target` enters the node's namespaces by it. */
  get nodeProcessId(): number {
    return this.#node.processId;
  }

  /** Makes a port of the node's network reachable at a free port of this machine; returns the address there. */
  async reach(port: number): Promise<string> {
    const { door, url } = await exposeOutside(this.#node, { port, directory: this.directory });
    this.#doors.push(door);
    return url;
  }

  /** Starts a process in a pod's network, or in the node's. */
  async start(program: {
    readonly name: string;
    readonly podName?: string;
    readonly command: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  }): Promise<WatchedProcess> {
    const { name, podName, command, env = {} } = program;
    const number = this.#processes.length;
    const started = new WatchedProcess(name, signal => this.#node.execute({ kind: 'signal', process: number, signal }));
    this.#processes.push(started);
    await this.#node.execute({ kind: 'start', process: number, podName, command, env });
    return started;
  }

  /**
   * Starts the DNS server and every workload; resolves when each has reached all that it calls, so all kept connections
   * are open.
   */
  async startPods(): Promise<ReadonlyMap<string, WatchedProcess>> {
    const dns = await this.#startInPod(this.layout.dns, {
      program: programs.dnsServer,
      env: { ZONE: JSON.stringify(zoneOf(this.layout)) },
    });
    await dns.wrote(line => line === 'listening');
    const pods = await Promise.all(
      this.layout.pods.map(async pod => [pod.workload.name, await this.#startWorkload(pod)] as const),
    );
    return new Map(pods);
  }

  /** Starts the mapper; resolves when it is ready to be asked. */
  async startMapper({ env }: ProgramOptions = {}): Promise<WatchedProcess> {
    const mapper = await this.start({
      name: 'mapper',
      command: [process.execPath, programs.mapper],
      env: {
        KUBECONFIG: join(this.directory, 'kubeconfig'),
        OTTERIZE_METRICS_PORT: String(ports.mapperMetrics),
        ...env,
      },
    });
    await ready(`${this.mapperUrl}/healthz`, mapper);
    return mapper;
  }

  /** Starts the sniffer on the node, which sees the traffic of all pods from now on. */
  startSniffer({ env }: ProgramOptions = {}): Promise<WatchedProcess> {
    return this.start({
      name: 'sniffer',
      command: [process.execPath, programs.sniffer],
      env: {
        OTTERIZE_MAPPER_API_URL: `http://127.0.0.1:${String(ports.mapper)}/query`,
        OTTERIZE_HOST_PROC_DIR: '/proc',
        OTTERIZE_HEALTH_PROBES_PORT: String(ports.snifferHealth),
        OTTERIZE_METRICS_PORT: String(ports.snifferMetrics),
        ...env,
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.#doors) door.close();
    await this.#node[Symbol.asyncDispose]();
    await this.kubernetes.down();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #startInPod(
    { podName }: Placed,
    { program, env }: { program: string; env: Readonly<Record<string, string>> },
  ): Promise<WatchedProcess> {
    return this.start({
      name: podName,
      podName,
      command: [process.execPath, program],
      env: { HOSTNAME: podName, ...env },
    });
  }

  async #startWorkload(pod: PlacedWorkload): Promise<WatchedProcess> {
    const { namespace, dns } = this.layout;
    const targets = pod.workload.calls.map(call => targetOf(this.layout, call));
    const settings = {
      port: pod.podPort,
      nameserver: dns.service.clusterIp,
      search: { domains: [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'], ndots: 5 },
      targets,
      intervalMilliseconds: callEveryMilliseconds,
    };
    const started = await this.#startInPod(pod, {
      program: programs.service,
      env: { SETTINGS: JSON.stringify(settings) },
    });
    await started.wrote(line => line === 'listening');
    for (const { to } of targets) await started.wrote(line => line === `reached ${to}`);
    return started;
  }
}
