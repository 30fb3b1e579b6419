import { KubeError, WatchedCollection, type KubeConnection } from '@network-mapper/kube';
import { every, monotonicTime, type Logger, type Runnable } from '@network-mapper/runtime';
import { parseAuthorizerLine } from '../log/authorizer-log.ts';
import { toBrokerPod, type BrokerPod } from './broker-pod.ts';

export interface DiscoveredBrokersOptions {
  readonly connection: KubeConnection;
  readonly container: string;
  readonly logger: Logger;
  /** Milliseconds between two looks. */
  readonly interval: number;
}

/** Milliseconds until a StatefulSet is looked at again whose log did not show that it is of brokers. */
const lookAgain = 600_000;
/** Of a log that is looked into. */
const [tailLines, limitBytes] = [1_000, 256 * 1024];

/**
 * Pods of brokers that nobody named: those that Strimzi and Confluent's operator label so, and those of StatefulSets
 * whose log has accesses in it.
 */
export class DiscoveredBrokers {
  readonly #options: DiscoveredBrokersOptions;
  readonly #pods: WatchedCollection<BrokerPod>;
  /** By `namespace/name` of StatefulSets: brokers, or when their log was looked into in vain. */
  readonly #statefulSets = new Map<string, 'brokers' | number>();

  constructor(options: DiscoveredBrokersOptions) {
    const { connection, container } = options;
    this.#options = options;
    this.#pods = new WatchedCollection<BrokerPod>({
      connection,
      resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
      reduce: object => toBrokerPod(object, container),
    });
  }

  get runnables(): readonly Runnable[] {
    const look: Runnable = {
      name: 'the search for brokers',
      run: signal => every(this.#options.interval, () => this.#lookIntoLogs(signal), signal),
    };
    return [this.#pods, look];
  }

  running(): readonly BrokerPod[] {
    return [...this.#pods.values()].filter(pod => pod.isRunning && this.#isBroker(pod));
  }

  problem(): string | undefined {
    const { state } = this.#pods;
    return state.kind === 'failing' ? `pods cannot be listed: ${state.problem}` : undefined;
  }

  #isBroker(pod: BrokerPod): boolean {
    const statefulSet = keyOf(pod);
    return statefulSet === undefined ? pod.by?.kind === 'labels' : this.#statefulSets.get(statefulSet) === 'brokers';
  }

  /** Of each StatefulSet one pod stands for all. */
  async #lookIntoLogs(signal: AbortSignal): Promise<void> {
    const now = monotonicTime();
    const candidates = new Map<string, BrokerPod>();
    for (const pod of this.#pods.values()) {
      const key = keyOf(pod);
      if (key === undefined || !pod.isRunning) continue;
      const known = this.#statefulSets.get(key);
      if (known !== 'brokers' && (known === undefined || now - known >= lookAgain)) candidates.set(key, pod);
    }
    for (const [key, pod] of candidates) {
      if (signal.aborted) return;
      const isBroker = await this.#writesAccesses(pod, signal);
      this.#statefulSets.set(key, isBroker ? 'brokers' : now);
      if (isBroker) this.#options.logger.info({ statefulSet: key }, 'Found brokers by their log');
    }
  }

  async #writesAccesses({ namespace, name, container }: BrokerPod, signal: AbortSignal): Promise<boolean> {
    const query = new URLSearchParams({ container, tailLines: String(tailLines), limitBytes: String(limitBytes) });
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`;
    try {
      const { body } = await this.#options.connection.get(`${path}?${query.toString()}`, { accept: '*/*', signal });
      return body
        .toString('utf8')
        .split('\n')
        .some(line => parseAuthorizerLine(line).kind === 'access');
    } catch (error) {
      if (signal.aborted || error instanceof KubeError) return false;
      throw error;
    }
  }
}

function keyOf({ by, namespace }: BrokerPod): string | undefined {
  return by?.kind === 'stateful-set' ? `${namespace}/${by.name}` : undefined;
}
