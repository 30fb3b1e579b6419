import { agentOptions } from '@network-mapper/reporting';
import { form, option, type Config } from '@network-mapper/runtime';

export const logModes = ['k8s-logs', 'file-logs'] as const;

/** Options of the Kafka watcher. Those of the original keep their names, forms and defaults. */
export const options = {
  ...agentOptions,
  mode: option<(typeof logModes)[number]>({
    env: 'OTTERIZE_KAFKA_LOG_READ_MODE',
    form: form.oneOf(logModes),
    fallback: 'k8s-logs',
    about: 'Where the authorizer’s log is read: of the brokers’ pods through the Kubernetes API, or of a file.',
  }),
  servers: option({
    env: 'OTTERIZE_KAFKA_SERVERS',
    form: form.list,
    fallback: [],
    about: 'Pods of brokers, each as `pod.namespace`.',
  }),
  container: option({
    env: 'OTTERIZE_KAFKA_CONTAINER',
    form: form.text,
    fallback: 'kafka',
    about: 'Name of the brokers’ container, where a pod has several.',
    ours: true,
  }),
  reportInterval: option({
    env: 'OTTERIZE_KAFKA_REPORT_INTERVAL',
    form: form.duration,
    fallback: 10_000,
    about: 'Time between reports of what is new or changed.',
  }),
  cooldown: option({
    env: 'OTTERIZE_KAFKA_COOLDOWN_INTERVAL',
    form: form.duration,
    fallback: 10_000,
    about: 'How long before the start lines are read from, and the time between two looks for a pod that is not there.',
  }),
  file: option({
    env: 'OTTERIZE_KAFKA_AUTHZ_LOG_PATH',
    form: form.text,
    fallback: '/opt/otterize/kafka-watcher/authz.log',
    about: 'The file to follow, in mode `file-logs`.',
  }),
  pod: option({
    env: 'OTTERIZE_POD',
    form: form.text,
    fallback: '',
    about: 'Name of the broker’s pod, in mode `file-logs`.',
  }),
  namespace: option({
    env: 'OTTERIZE_NAMESPACE',
    form: form.text,
    fallback: '',
    about: 'Namespace of the broker’s pod, in mode `file-logs`.',
  }),
};

export type KafkaWatcherConfig = Config<typeof options>;
