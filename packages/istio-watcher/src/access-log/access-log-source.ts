import { followPodLogs, KubeError, type KubeConnection } from '@network-mapper/kube';
import type { AgentIntake, Source } from '@network-mapper/reporting';
import { pause, wallTime, type Logger } from '@network-mapper/runtime';
import type { MeshProxies } from '../proxies/mesh-proxies.ts';
import { proxyContainer, type Proxy } from '../proxies/proxy.ts';
import { parseAccessLine } from './access-line.ts';

export interface AccessLogOptions {
  readonly connection: KubeConnection;
  readonly proxies: MeshProxies;
  readonly record: AgentIntake['record'];
  readonly logger: Logger;
  /** Milliseconds between two looks for ztunnels that came or went. */
  readonly interval: number;
}

/** The access logs of all ztunnels: one line a connection, with its ports. */
export function createAccessLogSource(options: AccessLogOptions): Source {
  const { proxies, interval } = options;
  const logs = new AccessLogs(options);
  return {
    name: 'the access logs of ztunnels',
    run: async signal => {
      const ztunnels = () => proxies.running().filter(({ kind }) => kind === 'ztunnel');
      do logs.update(ztunnels(), signal);
      while (await pause(interval, signal));
      await logs.ended();
    },
    counts: () => ({ captured: logs.lines, dropped: 0, droppedByInterface: 0 }),
    problem: () => logs.problem,
  };
}

class AccessLogs {
  readonly #options: AccessLogOptions;
  /** By UID of the pod; what is followed ends with its pod. */
  readonly #followed = new Map<string, Promise<void>>();
  readonly #startedAt = new Date(wallTime());
  lines = 0;
  problem: string | undefined;

  constructor(options: AccessLogOptions) {
    this.#options = options;
  }

  update(ztunnels: readonly Proxy[], signal: AbortSignal): void {
    for (const ztunnel of ztunnels) {
      const { uid } = ztunnel;
      if (!this.#followed.has(uid)) this.#followed.set(uid, this.#follow(ztunnel, signal));
    }
    const running = new Set(ztunnels.map(({ uid }) => uid));
    for (const uid of this.#followed.keys()) if (!running.has(uid)) this.#followed.delete(uid);
  }

  async ended(): Promise<void> {
    await Promise.all(this.#followed.values());
  }

  async #follow({ namespace, pod }: Proxy, signal: AbortSignal): Promise<void> {
    const { connection, logger } = this.#options;
    const onTrouble = (error: KubeError): void => {
      logger.warn({ ztunnel: `${namespace}/${pod}`, error }, 'The access log of a ztunnel cannot be read');
      this.problem = error.message;
    };
    const followed = { namespace, pod, container: proxyContainer, since: this.#startedAt, onTrouble };
    try {
      for await (const { time, text } of followPodLogs(connection, followed, signal)) {
        this.problem = undefined;
        this.#take(text, Date.parse(time));
      }
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      onTrouble(error);
    }
  }

  #take(line: string, at: number): void {
    this.lines++;
    const connection = parseAccessLine(line);
    if (connection === undefined) return;
    const { client, server, accepted } = connection;
    const detail = { kind: 'connection', protocol: 'TCP', accepted, sourcePorts: [] } as const;
    this.#options.record({ evidence: 'TCP', client, server, firstAt: at, at, count: 1, detail });
  }
}
