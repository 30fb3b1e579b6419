import { createHash } from 'node:crypto';
import {
  WatchedCollection,
  type CollectionState,
  type KubeConnection,
  type KubeObject,
  type Resource,
} from '@network-mapper/kube';
import { every, runAll, type Logger, type Runnable } from '@network-mapper/runtime';
import { KeyedRetryQueue } from '../../keyed-retry-queue.ts';
import type { CloudClient } from '../cloud-client.ts';
import type { CloudOperation } from '../operations.ts';
import { toIngressInput } from './ingress-document.ts';
import type { InventoryLookups } from './inventory-lookups.ts';
import { reportNamespace, toIdentity } from './namespace-report.ts';
import { toPolicyInput } from './policy-document.ts';
import type { RawIngress } from './raw-objects.ts';
import { toPairs } from './service-document.ts';
import { webhookServicesOf, type WebhookService, type WebhookType } from './webhook-services.ts';

export interface InventoryParts {
  readonly connection: KubeConnection;
  readonly client: CloudClient;
  readonly lookups: InventoryLookups;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds for which what the cloud has of a namespace's Services is not uploaded again. */
  readonly servicesTtl: number;
  /** Milliseconds between two readings of one namespace at least. */
  readonly settle: number;
  /** Whether the lookups know the cluster: what is missing before would be taken for gone. */
  readonly ready: () => boolean;
}

/** What is uploaded of the cluster beside its traffic. */
export interface Inventory extends Runnable {
  /** A pod, Service or slice of a namespace changed. */
  touched(namespace: string): void;
}

/** What the cloud took last, and when. */
interface Sent {
  readonly hash: string;
  readonly at: number;
}

/** What did not change is uploaded again after this, in milliseconds: the cloud may have lost it. */
const refresh = 5 * 3_600_000;
/** Milliseconds between two looks for what is due. */
const look = 1_000;
/** A hundred namespaces may change at once. */
const parallel = 4;
/** Objects of one page: definitions of custom resources have up to a megabyte each. */
const pageSize = 20;

/** An object as the cloud gets it. */
interface Uploaded<T> {
  readonly namespace: string;
  readonly input: T;
}

const networking = { group: 'networking.k8s.io', version: 'v1', namespaced: true };
const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false };
const cilium = { group: 'cilium.io', version: 'v2', plural: 'ciliumclusterwidenetworkpolicies', namespaced: false };

const webhookKinds: readonly { readonly type: WebhookType; readonly resource: Resource }[] = [
  { type: 'VALIDATING_WEBHOOK', resource: { ...admission, plural: 'validatingwebhookconfigurations' } },
  { type: 'MUTATING_WEBHOOK', resource: { ...admission, plural: 'mutatingwebhookconfigurations' } },
  {
    type: 'CONVERSION_WEBHOOK',
    resource: { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', namespaced: false },
  },
];

/**
 * Uploads Services, ingresses, policies, webhooks, and labels of namespaces and workloads: of each the whole state of
 * its namespace when something changed there, and not what the cloud has already. What cannot be uploaded is tried
 * again, namespace by namespace.
 */
export function createInventory(parts: InventoryParts): Inventory {
  const { connection, client, lookups, logger, now } = parts;
  const sent = new Map<string, Sent>();

  /** Sends variables unless the cloud has them. */
  const upload = async (
    operation: CloudOperation,
    { key, variables, ttl = refresh }: { readonly key: string; readonly variables: object; readonly ttl?: number },
    signal: AbortSignal,
  ): Promise<void> => {
    const text = JSON.stringify(variables);
    const hash = createHash('sha256').update(text).digest('base64');
    const before = sent.get(`${operation} ${key}`);
    if (before?.hash === hash && now() - before.at < ttl) return;
    await client.send(operation, text, signal);
    sent.set(`${operation} ${key}`, { hash, at: now() });
  };

  const ingresses = objects({ ...networking, plural: 'ingresses' }, object => toIngressInput(object as RawIngress));
  const policies = objects({ ...networking, plural: 'networkpolicies' }, object =>
    toPolicyInput(object, { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }),
  );
  const ciliumPolicies = objects(cilium, object =>
    toPolicyInput(object, { apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy' }),
  );
  const namespaces = objects({ group: '', version: 'v1', plural: 'namespaces', namespaced: false }, ({ metadata }) =>
    toPairs(metadata.labels),
  );
  const webhooks = webhookKinds.map(({ type, resource }) =>
    objects(resource, object => webhookServicesOf(object, type)),
  );

  const tasks: Readonly<Record<string, (namespace: string, signal: AbortSignal) => Promise<void>>> = {
    namespace: async (name, signal) => {
      const labels = namespaces.get(`/${name}`)?.input;
      if (labels !== undefined)
        await upload('ReportNamespaceLabels', { key: name, variables: { name, labels } }, signal);
    },
    ingresses: async (namespace, signal) => {
      const variables = { namespace, ingresses: inNamespace(ingresses, namespace) };
      await upload('ReportK8sIngresses', { key: namespace, variables }, signal);
    },
    networkpolicies: async (namespace, signal) => {
      const variables = { namespace, networkPolicies: inNamespace(policies, namespace) };
      await upload('ReportNetworkPolicies', { key: namespace, variables }, signal);
    },
    ciliumclusterwidenetworkpolicies: async (_namespace, signal) => {
      const variables = { networkPolicies: [...ciliumPolicies.values()].map(({ input }) => input) };
      await upload('ReportCiliumClusterWideNetworkPolicies', { key: '', variables }, signal);
    },
    webhooks: async (_namespace, signal) => {
      const services = await toWebhooks(
        webhooks.flatMap(kind => [...kind.values()].flatMap(({ input }) => input)),
        lookups,
      );
      await upload('ReportK8sWebhookServices', { key: '', variables: { services } }, signal);
    },
    workloads: uploadWorkloads,
  };

  async function uploadWorkloads(namespace: string, signal: AbortSignal): Promise<void> {
    const report = await reportNamespace(namespace, { connection, lookups }, signal);
    const { services, workloads: servicesMeta } = report;
    const ttl = parts.servicesTtl;
    await upload('ReportK8sServices', { key: namespace, variables: { namespace, services }, ttl }, signal);
    // Without workloads it would not even say of which namespace it is.
    if (servicesMeta.length > 0)
      await upload('ReportWorkloadsMetadata', { key: namespace, variables: { workloadsLabels: servicesMeta } }, signal);
    for (const [reason, resources] of [
      ['POD_ANNOTATIONS', report.scrapedByPods],
      ['SERVICE_ANNOTATIONS', report.scrapedByServices],
    ] as const) {
      const variables = { namespace, reason, resources };
      await upload(
        'ReportK8sResourceEligibleForMetricsCollection',
        { key: `${namespace} ${reason}`, variables },
        signal,
      );
    }
  }

  const due = new KeyedRetryQueue({
    now,
    parallel,
    longestWait: 300_000,
    work: async (key, signal) => {
      const [task = '', namespace = ''] = key.split(' ');
      await tasks[task]?.(namespace, signal);
      return now() + refresh;
    },
    failed: (key, error, failures) => {
      if (failures === 1) logger.warn({ what: key, error }, 'a part of the cluster cannot be uploaded');
    },
  });

  /** Namespaces that changed, and when they may be read. */
  const settling = new Map<string, number>();
  const readAt = new Map<string, number>();
  const startDue = (signal: AbortSignal): void => {
    if (!parts.ready() || collections.some(({ state }) => state.kind === 'starting')) return;
    for (const [namespace, at] of settling) {
      if (now() < at) continue;
      settling.delete(namespace);
      readAt.set(namespace, now());
      due.enqueue(`workloads ${namespace}`);
    }
    due.runDue(signal);
  };

  const collections = [ingresses, policies, ciliumPolicies, namespaces, ...webhooks];
  return {
    name: 'the inventory for the cloud',
    touched: namespace => {
      if (settling.has(namespace)) return;
      settling.set(namespace, Math.max(now() + look, (readAt.get(namespace) ?? -Infinity) + parts.settle));
      due.enqueue('webhooks ');
    },
    run: async signal => {
      await runAll(
        [...collections, { name: 'uploading the inventory', run: stop => every(look, () => startDue(stop), stop) }],
        signal,
      );
      await due.drained();
    },
  };

  function objects<T>(resource: Resource, toInput: (object: KubeObject) => T): WatchedCollection<Uploaded<T>> {
    const task = resource.plural === 'namespaces' ? 'namespace' : resource.plural;
    const isWebhook = webhookKinds.some(kind => kind.resource.plural === resource.plural);
    return new WatchedCollection<Uploaded<T>>({
      connection,
      resource,
      pageSize,
      reduce: object => ({ namespace: object.metadata.namespace ?? '', input: toInput(object) }),
      changed: key => {
        const [namespace = '', name = ''] = key.split('/');
        due.enqueue(isWebhook ? 'webhooks ' : `${task} ${resource.plural === 'namespaces' ? name : namespace}`);
      },
      stateChanged: state => logState(logger, resource.plural, state),
    });
  }
}

function inNamespace<T>(collection: WatchedCollection<Uploaded<T>>, namespace: string): readonly T[] {
  return [...collection.values()].flatMap(uploaded => (uploaded.namespace === namespace ? uploaded.input : []));
}

/** `K8sWebhookServiceInput`: a Service that leads to no workload is left out. */
async function toWebhooks(services: readonly WebhookService[], lookups: InventoryLookups): Promise<readonly object[]> {
  const inputs = new Map<string, object>();
  for (const { webhookName, webhookType, service } of services) {
    const workload = await lookups.workloadBehind(service);
    if (workload === undefined) continue;
    const identity = { ...toIdentity(workload), namespace: service.namespace };
    inputs.set(`${service.namespace}#${workload.name}#${webhookName}#${webhookType}`, {
      identity,
      webhookName,
      webhookType,
    });
  }
  return [...inputs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, input]) => input);
}

function logState(logger: Logger, kind: string, state: CollectionState): void {
  if (state.kind !== 'failing') return;
  // Cilium is not installed everywhere.
  if (state.reason === 'not-found') logger.info({ kind }, 'a kind of objects is not installed here');
  else logger.warn({ kind, problem: state.problem }, 'a kind of objects cannot be watched for the cloud');
}
