import { connectKube } from '../../../packages/kube/src/index.ts';
import { createLogger, readOptions, runAll, type Runnable } from '@network-mapper/runtime';
import { pod, type KubernetesApi } from '@network-mapper/testkit';
import { createIstioWatcher } from '../../../packages/istio-watcher/src/istio-watcher.ts';
import { options as istioOptions } from '../../../packages/istio-watcher/src/options.ts';
import { createKafkaWatcher } from '../../../packages/kafka-watcher/src/kafka-watcher.ts';
import { options as kafkaOptions } from '../../../packages/kafka-watcher/src/options.ts';
import { eachRightIsNeeded, type UsedProgram } from './each-right.ts';
import { grantedRights } from './granted-rights.ts';

const common = {
  OTTERIZE_MAPPER_API_URL: 'http://127.0.0.1:1/query',
  OTTERIZE_METRICS_PORT: '0',
  OTTERIZE_HEALTH_PROBES_PORT: '0',
};
const logger = createLogger({ name: 'test', debug: false });
logger.level = 'silent';

function run(runnables: readonly Runnable[]): UsedProgram {
  const stop = new AbortController();
  const running = runAll(runnables, stop.signal);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

const connect = (kubernetes: KubernetesApi) => connectKube({ kubeconfig: kubernetes.kubeconfig() });

eachRightIsNeeded({
  name: 'a Kafka watcher that looks for brokers',
  rights: await grantedRights(
    'otterize-kafka-watcher',
    ...['kafkawatcher.enable=true', 'kafkawatcher.discover=true'].flatMap(value => ['--set', value]),
  ),
  start: async kubernetes => {
    const { spec, ...bare } = pod({ name: 'broker-0', namespace: 'kafka', ip: '10.0.0.1' });
    kubernetes.put({ ...bare, spec: { ...(spec as object), containers: [{ name: 'kafka' }] } });
    const env = {
      ...common,
      OTTERIZE_KAFKA_SERVERS: 'broker-0.kafka',
      OTTERIZE_KAFKA_COOLDOWN_INTERVAL: '100ms',
      OTTERIZE_KAFKA_DISCOVER: 'true',
    };
    const config = readOptions(kafkaOptions, env);
    return run((await createKafkaWatcher({ config, connect: () => connect(kubernetes), logger })).runnables);
  },
});

eachRightIsNeeded({
  name: 'the Istio watcher',
  rights: await grantedRights('otterize-istio-watcher', '--set', 'istiowatcher.enable=true'),
  start: async kubernetes => {
    const config = readOptions(istioOptions, common);
    return run(createIstioWatcher({ config, connection: await connect(kubernetes), logger }).runnables);
  },
});
