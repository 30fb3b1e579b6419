import { lookup } from 'node:dns/promises';
import { metadataV9, type Connection } from '@platformatic/kafka';
import { normalAddress, ReasonCounts, type PodParty } from '@network-mapper/model';
import type { AgentIntake, Source } from '@network-mapper/reporting';
import { pause, wallTime, type Logger } from '@network-mapper/runtime';
import type { BrokerPod } from '../brokers/broker-pod.ts';
import { BrokerError, connectBroker, sentence, type BrokerAccess, type Endpoint } from '../brokers/connect-broker.ts';
import { readBrokerApis } from './broker-apis.ts';
import type { SkippedGroup } from './group-member.ts';
import { readGroups } from './read-groups.ts';

export interface GroupSourceOptions {
  /** Brokers that are asked for all brokers of their cluster, `host:port` each; one for each cluster is enough. */
  readonly bootstrapServers: readonly Endpoint[];
  readonly access: BrokerAccess;
  /** The pods of brokers that are known now. */
  readonly pods: () => Promise<readonly BrokerPod[]>;
  readonly record: AgentIntake['record'];
  /** Milliseconds between two readings. */
  readonly interval: number;
  readonly logger: Logger;
}

type Skipped = SkippedGroup | 'broker-without-pod';

/** Which client is assigned which topics as a member of a group, as the brokers know it, whatever they write down. */
export function createGroupSource(options: GroupSourceOptions): Source {
  const { interval, logger } = options;
  const reading = new GroupReading(options);
  return {
    name: 'the groups of consumers',
    run: async signal => {
      do {
        const before = reading.problem;
        await reading.run(signal);
        if (reading.problem !== undefined && reading.problem !== before)
          logger.warn({ problem: reading.problem }, 'Groups of consumers cannot be read');
      } while (await pause(interval, signal));
    },
    problem: () => reading.problem,
    counts: () => ({ captured: reading.members, dropped: 0, droppedByInterface: 0 }),
    skipped: () => reading.skipped.entries(),
  };
}

class GroupReading {
  readonly #options: GroupSourceOptions;
  readonly skipped = new ReasonCounts<Skipped>();
  members = 0;
  problem: string | undefined = 'groups of consumers are not read yet';

  constructor(options: GroupSourceOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const problems: string[] = [];
    const asked = new Set<string>();
    for (const bootstrap of this.#options.bootstrapServers) {
      const brokers = await this.#ask(bootstrap, problems, brokersOf);
      for (const broker of brokers ?? []) {
        const name = `${broker.host}:${broker.port}`;
        if (signal.aborted) return;
        // Two of the servers may be of one cluster.
        if (asked.has(name)) continue;
        asked.add(name);
        await this.#ask(broker, problems, connection => this.#read(connection, broker));
      }
    }
    this.problem = problems[0];
  }

  async #ask<T>(
    endpoint: Endpoint,
    problems: string[],
    question: (connection: Connection) => Promise<T>,
  ): Promise<T | undefined> {
    let connection: Connection | undefined;
    try {
      connection = await connectBroker(endpoint, this.#options.access);
      return await question(connection);
    } catch (error) {
      const { host, port } = endpoint;
      problems.push(
        error instanceof BrokerError ? error.message : `broker ${host}:${port} does not answer: ${sentence(error)}`,
      );
      return undefined;
    } finally {
      connection?.close(() => undefined);
    }
  }

  async #read(connection: Connection, { host }: Endpoint): Promise<void> {
    const { members, skipped } = await readGroups(connection, await readBrokerApis(connection));
    for (const reason of skipped) this.skipped.add(reason);
    if (members.length === 0) return;
    const server = await podAt(host, await this.#options.pods());
    if (server === undefined) {
      this.skipped.add('broker-without-pod', members.length);
      return;
    }
    const at = wallTime();
    for (const { host: ip, group, topics } of members) {
      this.members++;
      for (const topic of topics)
        this.#options.record({
          evidence: 'KAFKA',
          client: { kind: 'address', ip },
          server,
          firstAt: at,
          at,
          count: 1,
          detail: { kind: 'kafka', topic, operation: 'Read', group },
        });
    }
  }
}

async function brokersOf(connection: Connection): Promise<readonly Endpoint[]> {
  const { brokers } = await metadataV9.api.async(connection, [], false, false, false);
  return brokers.map(({ host, port }) => ({ host, port }));
}

/** The pod of a broker by the address at which it says that it can be reached. */
async function podAt(host: string, pods: readonly BrokerPod[]): Promise<PodParty | undefined> {
  const [name = '', , namespace, kind] = host.split('.');
  // The name of a StatefulSet's pod (kubernetes.io, "DNS for Services and Pods").
  if (kind === 'svc' && namespace !== undefined && normalAddress(host) === undefined)
    return { kind: 'pod', namespace, name };
  const addresses = await addressesOf(host);
  const pod = pods.find(({ ips }) => ips.some(ip => addresses.includes(ip)));
  return pod === undefined ? undefined : { kind: 'pod', namespace: pod.namespace, name: pod.name };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const address = normalAddress(host);
  if (address !== undefined) return [address];
  try {
    const found = await lookup(host, { all: true });
    return found.map(each => normalAddress(each.address) ?? each.address);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}
