import { connectKube } from '../../../packages/kube/src/index.ts';
import { createLogger, readOptions, runAll, type Runnable } from '@network-mapper/runtime';
import { object, pod, service, type KubernetesApi } from '@network-mapper/testkit';
import { createDns } from '../../../packages/aws-visibility/src/create-dns.ts';
import { createProxy } from '../../../packages/aws-visibility/src/create-proxy.ts';
import { createWebhook } from '../../../packages/aws-visibility/src/create-webhook.ts';
import { optInLabel } from '../../../packages/aws-visibility/src/opt-in.ts';
import { dnsOptions, proxyOptions, webhookOptions } from '../../../packages/aws-visibility/src/options.ts';
import { eachRightIsNeeded, type UsedProgram } from './each-right.ts';
import { grantedRights } from './granted-rights.ts';

const namespace = 'otterize-system';
const enabled = ['--set', 'aws.visibility.enabled=true'] as const;
const env = {
  POD_NAMESPACE: namespace,
  OTTERIZE_MAPPER_API_URL: 'http://127.0.0.1:1/query',
  ...Object.fromEntries(
    [
      'OTTERIZE_AWS_PROXY_HTTP_PORT',
      'OTTERIZE_AWS_PROXY_HTTPS_PORT',
      'OTTERIZE_AWS_DNS_PORT',
      'OTTERIZE_AWS_WEBHOOK_PORT',
      'OTTERIZE_METRICS_PORT',
      'OTTERIZE_HEALTH_PROBES_PORT',
    ].map(name => [name, '0']),
  ),
};
const logger = createLogger({ name: 'test', debug: false });
logger.level = 'silent';

/** What the chart makes, and a pod that has opted in. */
function fill(kubernetes: KubernetesApi): void {
  const core = { apiVersion: 'v1', namespace };
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'otterize-aws-visibility' },
    webhooks: [{ name: 'pods', clientConfig: {} }],
  };
  kubernetes.put(
    object({ ...core, kind: 'Secret', name: 'iamlive-ca' }),
    object({ ...core, kind: 'Secret', name: 'otterize-aws-visibility-webhook' }),
    service({ name: 'otterize-dns', namespace, clusterIp: '10.96.0.78', ports: [{ port: 53 }] }),
    service({ name: 'otterize-iamlive', namespace, clusterIp: '10.96.0.77', ports: [{ port: 443 }] }),
    configuration,
    pod({ name: 'web', namespace: 'shop', ip: '10.0.0.1', labels: { [optInLabel]: 'true' } }),
    object({ apiVersion: 'eks.services.k8s.aws/v1alpha1', kind: 'PodIdentityAssociation', name: 'web', namespace }),
  );
}

type Connection = Awaited<ReturnType<typeof connectKube>>;

async function run(
  kubernetes: KubernetesApi,
  create: (connection: Connection) => readonly Runnable[] | Promise<readonly Runnable[]>,
): Promise<UsedProgram> {
  fill(kubernetes);
  const stop = new AbortController();
  const running = runAll(await create(await connectKube({ kubeconfig: kubernetes.kubeconfig() })), stop.signal);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

eachRightIsNeeded({
  name: 'the proxy of AWS visibility',
  rights: await grantedRights('otterize-aws-visibility', ...enabled),
  start: kubernetes =>
    run(kubernetes, connection =>
      createProxy({ config: readOptions(proxyOptions, env), connection, logger, services: {} }),
    ),
});

eachRightIsNeeded({
  name: 'the DNS server of AWS visibility',
  rights: await grantedRights('otterize-visibility-dns', ...enabled),
  start: kubernetes =>
    run(kubernetes, connection => {
      const config = readOptions(dnsOptions, env);
      return createDns({ config, connection, logger, services: {}, systemServers: ['127.0.0.1'], host: '127.0.0.1' });
    }),
});

eachRightIsNeeded({
  name: 'the webhook of AWS visibility',
  rights: await grantedRights('otterize-aws-webhook', ...enabled),
  start: kubernetes =>
    run(kubernetes, connection =>
      createWebhook({ config: readOptions(webhookOptions, env), connection, logger, systemServers: ['10.96.0.10'] }),
    ),
});
