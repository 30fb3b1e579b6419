import type { KubeConnection } from '@network-mapper/kube';
import type { PodParty } from '@network-mapper/model';
import { createAgent, type Agent, type AgentIntake, type Source } from '@network-mapper/reporting';
import { ConfigError, type Logger, type Registry } from '@network-mapper/runtime';
import { readBrokerPods } from './brokers/read-broker-pods.ts';
import { DiscoveredBrokers } from './brokers/discovered-brokers.ts';
import { createGroupSource } from './groups/group-source.ts';
import { AccessRecorder } from './log/access-recorder.ts';
import { createDiscoveredLogsSource } from './log/discovered-logs-source.ts';
import { createLogFileSource } from './log/log-file-source.ts';
import { createPodLogSource } from './log/pod-log-source.ts';
import { toBrokerAccess, toEndpoints, toPods } from './named-brokers.ts';
import type { KafkaWatcherConfig } from './options.ts';
import { version } from './version.ts';

export interface KafkaWatcherParts {
  readonly config: KafkaWatcherConfig;
  /** Opens the connection to the Kubernetes API; not called where a file is read. */
  readonly connect: () => Promise<KubeConnection>;
  readonly logger: Logger;
  readonly registry?: Registry;
}

/** The Kafka watcher: logs and groups of brokers in, accesses to topics out. */
export async function createKafkaWatcher({ config, connect, logger, registry }: KafkaWatcherParts): Promise<Agent> {
  const open =
    config.mode === 'file-logs' ? fileSources(config) : podSources({ config, logger, connection: await connect() });
  logger.info({ version, mode: config.mode, servers: config.servers }, 'Watching the logs of Kafka brokers');
  return createAgent({
    kind: 'kafka-watcher',
    version,
    evidence: ['KAFKA'],
    config,
    logger,
    reportInterval: config.reportInterval,
    ...(registry === undefined ? {} : { registry }),
    sources: open,
  });
}

type OpenSources = (intake: AgentIntake) => readonly Source[];

function podSources({
  config,
  connection,
  logger,
}: Pick<KafkaWatcherParts, 'config' | 'logger'> & { readonly connection: KubeConnection }): OpenSources {
  const { container, cooldown } = config;
  const named = toPods(config.servers);
  const bootstrapServers = toEndpoints(config.bootstrapServers);
  const access = toBrokerAccess(config);
  const found = config.discover
    ? new DiscoveredBrokers({ connection, container, logger, interval: cooldown })
    : undefined;
  return ({ record }) => {
    const recorder = new AccessRecorder(record);
    const log = { connection, recorder, cooldown, logger };
    const logs = [
      ...named.map(broker => createPodLogSource({ ...log, broker, container })),
      ...(found === undefined ? [] : [createDiscoveredLogsSource({ ...log, brokers: found, named })]),
    ];
    const pods = async () => [...(found?.running() ?? []), ...(await readBrokerPods(connection, named))];
    const groups = { bootstrapServers, access, pods, record, interval: config.groupInterval, logger };
    return [
      ...withCounts(logs, recorder),
      ...(bootstrapServers.length === 0 ? [] : [createGroupSource(groups)]),
      ...(found?.runnables ?? []),
    ];
  };
}

function fileSources({ file, pod, namespace }: KafkaWatcherConfig): OpenSources {
  if (pod === '' || namespace === '')
    throw new ConfigError(['OTTERIZE_POD and OTTERIZE_NAMESPACE must name the broker whose file is read.']);
  const broker: PodParty = { kind: 'pod', namespace, name: pod };
  return ({ record }) => {
    const recorder = new AccessRecorder(record);
    return withCounts([createLogFileSource({ file, broker, recorder })], recorder);
  };
}

/** All brokers are counted together, with the first. */
function withCounts(sources: readonly Source[], recorder: AccessRecorder): readonly Source[] {
  return sources.map((source, at) =>
    at > 0 ? source : { ...source, counts: () => recorder.counts, skipped: () => recorder.skipped },
  );
}
