import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runAll } from '@network-mapper/runtime';
import { createKubernetesApi, object, service, type KubernetesApi } from '@network-mapper/testkit';
import { onTestFinished } from 'vitest';
import { createWebhook, type WebhookParts } from '../../src/create-webhook.ts';
import { webhookOptions } from '../../src/options.ts';

export const namespace = 'otterize-system';
/** By which the API server knows the webhook. */
export const webhookName = `otterize-network-mapper-webhook-service.${namespace}.svc`;

const configuration = {
  ...object({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    name: 'otterize-aws-visibility',
  }),
  metadata: { name: 'otterize-aws-visibility' },
  webhooks: [{ name: 'pods.network-mapper.otterize.com', clientConfig: { service: { name: 'x', namespace } } }],
};

export interface RunningWebhook extends AsyncDisposable {
  readonly kubernetes: KubernetesApi;
  readonly port: number;
  readonly problems: () => Promise<string>;
}

/** The webhook in this process, at the time that `now` says. */
export async function startWebhook(
  kubernetes: KubernetesApi,
  times: Pick<WebhookParts, 'now' | 'lookInterval'>,
): Promise<RunningWebhook> {
  const zero = { OTTERIZE_AWS_WEBHOOK_PORT: '0', OTTERIZE_METRICS_PORT: '0', OTTERIZE_HEALTH_PROBES_PORT: '0' };
  const config = readOptions(webhookOptions, { ...zero, POD_NAMESPACE: namespace });
  const logger = createLogger({ name: 'aws-webhook', debug: false });
  logger.level = 'fatal';
  const [port, health] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const stop = new AbortController();
  const runnables = await createWebhook({
    config,
    connection: await connectKube({ kubeconfig: kubernetes.kubeconfig() }),
    logger,
    ...times,
    systemServers: ['10.96.0.10'],
    listening: port.resolve,
    healthListening: health.resolve,
  });
  const running = runAll(runnables, stop.signal);
  const healthPort = await health.promise;
  return {
    kubernetes,
    port: await port.promise,
    problems: async () => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text(),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

/** A cluster in which the chart was installed. */
export async function startCluster(): Promise<KubernetesApi> {
  const kubernetes = await createKubernetesApi();
  onTestFinished(() => kubernetes[Symbol.asyncDispose]());
  for (const secret of ['iamlive-ca', 'otterize-aws-visibility-webhook'])
    kubernetes.put(object({ apiVersion: 'v1', kind: 'Secret', name: secret, namespace }));
  kubernetes.put(
    configuration,
    service({ name: 'otterize-dns', namespace, clusterIp: '10.96.0.78', ports: [{ port: 53 }] }),
  );
  return kubernetes;
}

/** PEM of the authorities by which the API server knows the webhook. */
export function caBundle(kubernetes: KubernetesApi): string {
  const [stored] = kubernetes.objects(configuration) as unknown as (typeof configuration & {
    readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
  })[];
  return Buffer.from(stored?.webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
}
