import { boolean, text, type Value } from './value.ts';
import { watcherImage, workload } from './workload-values.ts';

const kafka = 'kafkawatcher.enable=true';
const kafkaTls = 'kafkawatcher.enable=true,kafkawatcher.tls.enabled=true,kafkawatcher.tls.secretName=kafka-tls';
const kafkaSasl = 'kafkawatcher.enable=true,kafkawatcher.sasl.mechanism=PLAIN,kafkawatcher.sasl.secretName=kafka-user';
export const kafkaWatcher: readonly Value[] = [
  {
    path: 'kafkawatcher.enable',
    schema: boolean,
    fallback: false,
    about: 'A Kafka watcher: who reads and writes which topic.',
  },
  ...workload({
    ...watcherImage,
    at: 'kafkawatcher',
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    needs: kafka,
  }),
  ...[
    { name: 'tls.secretName', about: 'Name of a Secret of yours with certificates for brokers.', needs: kafka },
    {
      name: 'tls.caKey',
      fallback: 'ca.crt',
      about: 'Key of that Secret with the certificates by which brokers are known.',
    },
    { name: 'tls.certKey', about: 'Its key with the certificate to show brokers, where they ask for one.' },
    { name: 'tls.keyKey', about: 'Its key with the key of that certificate.' },
  ].map(({ name, needs = kafkaTls, ...value }) => ({
    ...value,
    path: `kafkawatcher.${name}`,
    schema: text,
    sample: 'sample',
    needs: name === 'tls.secretName' ? 'kafkawatcher.enable=true,kafkawatcher.tls.enabled=true' : needs,
  })),
  ...[
    { name: 'sasl.secretName', about: 'Name of a Secret of yours to log in to brokers with.' },
    { name: 'sasl.usernameKey', fallback: 'username', about: 'Key of that Secret with the name.' },
    { name: 'sasl.passwordKey', fallback: 'password', about: 'Its key with the password.' },
  ].map(({ name, ...value }) => ({
    ...value,
    path: `kafkawatcher.${name}`,
    schema: text,
    sample: 'sample',
    needs: name === 'sasl.secretName' ? 'kafkawatcher.enable=true,kafkawatcher.sasl.mechanism=PLAIN' : kafkaSasl,
  })),
];

const istio = 'istiowatcher.enable=true';
export const istioWatcher: readonly Value[] = [
  {
    path: 'istiowatcher.enable',
    schema: boolean,
    fallback: false,
    about: 'An Istio watcher: who calls which path, by what the proxies of a mesh count.',
  },
  {
    path: 'enableIstioCollection',
    schema: boolean,
    about: 'The original’s name of `istiowatcher.enable`: either of them starts the watcher.',
    sample: true,
  },
  ...workload({
    ...watcherImage,
    at: 'istiowatcher',
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    needs: istio,
  }),
  {
    path: 'istiowatcher.allowExec',
    schema: boolean,
    fallback: false,
    about:
      'Let the watcher run `pilot-agent` in proxies whose ports it cannot reach: that is the right to run commands in every pod.',
    needs: istio,
  },
];
