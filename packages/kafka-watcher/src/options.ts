import { agentOptions } from '@network-mapper/reporting';
import { form, option, type Config } from '@network-mapper/runtime';

export const logModes = ['k8s-logs', 'file-logs'] as const;
export const saslMechanisms = ['none', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

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
  discover: option({
    env: 'OTTERIZE_KAFKA_DISCOVER',
    form: form.boolean,
    fallback: false,
    about:
      'Look for brokers that are not named: by the labels of Strimzi and of Confluent’s operator, and by the logs of StatefulSets. Takes the right to list all pods and to read their logs.',
    ours: true,
  }),
  bootstrapServers: option({
    env: 'OTTERIZE_KAFKA_BOOTSTRAP_SERVERS',
    form: form.list,
    fallback: [],
    about:
      'Brokers, as `host:port`, that are asked for the members of groups of consumers: then their topics are known whatever the logs say. One of each cluster is enough.',
    ours: true,
  }),
  groupInterval: option({
    env: 'OTTERIZE_KAFKA_GROUP_INTERVAL',
    form: form.duration,
    fallback: 30_000,
    about: 'Time between two readings of groups of consumers.',
    ours: true,
  }),
  tls: option({
    env: 'OTTERIZE_KAFKA_TLS',
    form: form.boolean,
    fallback: false,
    about: 'Speak TLS with brokers.',
    ours: true,
  }),
  tlsCaFile: option({
    env: 'OTTERIZE_KAFKA_TLS_CA_FILE',
    form: form.text,
    fallback: '',
    about: 'File with the certificates by which brokers are known; those of the system unless given.',
    ours: true,
  }),
  tlsCertFile: option({
    env: 'OTTERIZE_KAFKA_TLS_CERT_FILE',
    form: form.text,
    fallback: '',
    about: 'File with the certificate to show brokers.',
    ours: true,
  }),
  tlsKeyFile: option({
    env: 'OTTERIZE_KAFKA_TLS_KEY_FILE',
    form: form.text,
    fallback: '',
    about: 'File with the key of that certificate.',
    ours: true,
  }),
  saslMechanism: option<(typeof saslMechanisms)[number]>({
    env: 'OTTERIZE_KAFKA_SASL_MECHANISM',
    form: form.oneOf(saslMechanisms),
    fallback: 'none',
    about: 'How to log in to brokers.',
    ours: true,
  }),
  saslUsernameFile: option({
    env: 'OTTERIZE_KAFKA_SASL_USERNAME_FILE',
    form: form.text,
    fallback: '',
    about: 'File with the name to log in with.',
    ours: true,
  }),
  saslPasswordFile: option({
    env: 'OTTERIZE_KAFKA_SASL_PASSWORD_FILE',
    form: form.text,
    fallback: '',
    about: 'File with the password to log in with.',
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
