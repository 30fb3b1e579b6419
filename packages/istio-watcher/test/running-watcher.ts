import { connectKube } from '@network-mapper/kube';
import { createLogger, createRegistry, readOptions, runAll } from '@network-mapper/runtime';
import {
  createKubernetesApi,
  createRecordingMapper,
  pod,
  type KubernetesApi,
  type KubernetesObject,
  type RecordingMapper,
} from '@network-mapper/testkit';
import { createIstioWatcher } from '../src/istio-watcher.ts';
import { options } from '../src/options.ts';

export interface RunningWatcher {
  readonly kubernetes: KubernetesApi;
  readonly mapper: RecordingMapper;
  readonly start: (env?: Readonly<Record<string, string>>) => Promise<void>;
  /** What Prometheus reads. */
  readonly metrics: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A watcher with an API server and a mapper around it, which reads proxies every 50 ms once it was started. */
export async function prepareWatcher(): Promise<RunningWatcher> {
  const kubernetes = await createKubernetesApi();
  const mapper = await createRecordingMapper();
  const registry = createRegistry();
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  return {
    kubernetes,
    mapper,
    metrics: () => registry.metrics(),
    start: async env => {
      const config = readOptions(options, {
        OTTERIZE_MAPPER_API_URL: mapper.url,
        OTTERIZE_ISTIO_REPORT_INTERVAL: '20ms',
        OTTERIZE_ISTIO_COOLDOWN_INTERVAL: '50ms',
        OTTERIZE_HEALTH_PROBES_PORT: '0',
        OTTERIZE_METRICS_PORT: '0',
        ...env,
      });
      const logger = createLogger({ name: 'test', debug: false });
      logger.level = 'silent';
      const connection = await connectKube({ kubeconfig: kubernetes.kubeconfig() });
      running = runAll(createIstioWatcher({ config, connection, logger, registry }).runnables, stop.signal);
    },
    stop: async () => {
      stop.abort();
      await running;
      await mapper.close();
      await kubernetes.down();
    },
  };
}

/** A pod with a proxy, found by the label of injected sidecars unless others are given. */
export function proxyPod(of: {
  readonly name: string;
  readonly ip: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly native?: boolean;
}): KubernetesObject {
  const { labels = { 'security.istio.io/tlsMode': 'istio' }, namespace = 'shop', native = false } = of;
  const bare = pod({ ...of, namespace, labels });
  const proxy = [{ name: 'istio-proxy' }];
  const app = [{ name: 'app' }];
  return {
    ...bare,
    spec: native ? { containers: app, initContainers: proxy } : { containers: [...app, ...proxy] },
  };
}
