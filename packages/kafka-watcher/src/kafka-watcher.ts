import type { KubeConnection } from '@network-mapper/kube';
import type { PodParty } from '@network-mapper/model';
import { createAgent, type Agent, type AgentIntake, type Source } from '@network-mapper/reporting';
import { ConfigError, type Logger, type Registry } from '@network-mapper/runtime';
import { AccessRecorder } from './access-recorder.ts';
import { createLogFileSource } from './log-file-source.ts';
import type { KafkaWatcherConfig } from './options.ts';
import { createPodLogSource } from './pod-log-source.ts';
import { version } from './version.ts';

export interface KafkaWatcherParts {
  readonly config: KafkaWatcherConfig;
  /** Opens the connection to the Kubernetes API; not called where a file is read. */
  readonly connect: () => Promise<KubeConnection>;
  readonly logger: Logger;
  readonly registry?: Registry;
}

/** The Kafka watcher: authorizer logs of brokers in, accesses to topics out. */
export async function createKafkaWatcher({ config, connect, logger, registry }: KafkaWatcherParts): Promise<Agent> {
  const sources =
    config.mode === 'file-logs' ? fileSource(config) : podSources({ config, logger, connection: await connect() });
  logger.info({ version, mode: config.mode, servers: config.servers }, 'Watching the logs of Kafka brokers');
  return createAgent({
    kind: 'kafka-watcher',
    version,
    evidence: ['KAFKA'],
    config,
    logger,
    reportInterval: config.reportInterval,
    ...(registry === undefined ? {} : { registry }),
    sources: intake => withCounts(intake, sources),
  });
}

type OpenSources = (recorder: AccessRecorder) => readonly Source[];

/** All brokers are counted together, with the first. */
function withCounts({ record }: AgentIntake, open: OpenSources): readonly Source[] {
  const recorder = new AccessRecorder(record);
  return open(recorder).map((source, at) =>
    at > 0 ? source : { ...source, counts: () => recorder.counts, skipped: () => recorder.skipped },
  );
}

function podSources({
  config: { servers, container, cooldown },
  connection,
  logger,
}: Pick<KafkaWatcherParts, 'config' | 'logger'> & { readonly connection: KubeConnection }): OpenSources {
  const brokers = servers.map(toBroker);
  return recorder =>
    brokers.map(broker => createPodLogSource({ connection, broker, container, recorder, cooldown, logger }));
}

function toBroker(server: string): PodParty {
  const [name = '', namespace = '', ...rest] = server.split('.');
  if (name === '' || namespace === '' || rest.length > 0)
    throw new ConfigError([
      `OTTERIZE_KAFKA_SERVERS: ${JSON.stringify(server.slice(0, 100))} is not of the form pod.namespace.`,
    ]);
  return { kind: 'pod', namespace, name };
}

function fileSource({ file, pod, namespace }: KafkaWatcherConfig): OpenSources {
  if (pod === '' || namespace === '')
    throw new ConfigError(['OTTERIZE_POD and OTTERIZE_NAMESPACE must name the broker whose file is read.']);
  const broker: PodParty = { kind: 'pod', namespace, name: pod };
  return recorder => [createLogFileSource({ file, broker, recorder })];
}
