import type { KubeConnection } from '../access/kube-connection.ts';
import { KubeError } from '../access/kube-error.ts';
import { isKubeObject, isRecord, type KubeObject } from '../kube-object.ts';
import { collectionPath, objectPath, type Resource } from '../resource.ts';
import type { PodPort } from '../channels/forward-port.ts';

const services: Resource = { group: '', version: 'v1', plural: 'services', namespaced: true };
const pods: Resource = { group: '', version: 'v1', plural: 'pods', namespaced: true };

/**
 * A ready pod behind a Service, and the pod's port that the Service's `port` leads to (a port that the Service does not
 * have is taken as the pod's own). Throws KubeError: `not-found` without the Service or without a ready pod.
 */
export async function podOfService(
  connection: KubeConnection,
  service: { readonly namespace: string; readonly name: string; readonly port: number },
): Promise<PodPort> {
  const { namespace, name, port } = service;
  const { selector, ports } = specOf(await connection.getJson(objectPath(services, { name, namespace })));
  if (!isRecord(selector) || Object.keys(selector).length === 0) {
    throw new KubeError('not-found', `service ${name} has no selector, so no pods to forward to`);
  }
  const labelSelector = Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`);
  const query = new URLSearchParams({ labelSelector: labelSelector.join(',') });
  const list = await connection.getJson(`${collectionPath(pods, namespace)}?${query.toString()}`);
  const candidates = arrayOf(isRecord(list) ? list.items : undefined).filter(isKubeObject);
  if (candidates.length === 0) throw new KubeError('not-found', `service ${name} has no pods`);
  const pod = candidates.find(isReady);
  if (pod === undefined) {
    const names = candidates.map(({ metadata }) => metadata.name).join(', ');
    throw new KubeError('not-found', `service ${name} has no pod that is ready (there are: ${names})`);
  }
  const targetPort = arrayOf(ports)
    .filter(isRecord)
    .find(entry => entry.port === port)?.targetPort;
  return { namespace, pod: pod.metadata.name, port: numberOf(targetPort, pod) ?? port };
}

function isReady({ metadata, status }: KubeObject): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  const conditions = arrayOf(isRecord(status) ? status.conditions : undefined).filter(isRecord);
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

/** A target port is a number, or the name of one of the pod's container ports. */
function numberOf(targetPort: unknown, pod: KubeObject): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const containers = arrayOf(specOf(pod).containers).filter(isRecord);
  const named = containers
    .flatMap(container => arrayOf(container.ports).filter(isRecord))
    .find(({ name }) => name === targetPort);
  return typeof named?.containerPort === 'number' ? named.containerPort : undefined;
}

function specOf(object: unknown): Readonly<Record<string, unknown>> {
  return isRecord(object) && isRecord(object.spec) ? object.spec : {};
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
