import {
  createKubernetesApi,
  deployment,
  pod,
  replicaSet,
  service,
  updateEndpointSlices,
  type KubernetesApi,
  type KubernetesObject,
} from '@network-mapper/testkit';
import { expect } from 'vitest';
import { noon } from './reports.ts';
import { startMapper, type RunningMapper, type RunningMapperOptions } from './running-mapper.ts';

export const namespace = 'shop';

/** So many seconds after the moment at which reports were seen unless they say otherwise. */
export function later(seconds: number): string {
  return new Date(Date.parse(noon) + seconds * 1000).toISOString();
}

/** A Deployment with one pod, of which the pod is the last. */
export function workload(
  app: string,
  ip: string,
  more: Partial<Parameters<typeof pod>[0]> = {},
): readonly [KubernetesObject, KubernetesObject, KubernetesObject] {
  const owner = deployment({ name: app, namespace });
  const set = replicaSet({ name: `${app}-1`, namespace, owner });
  return [owner, set, pod({ name: `${app}-1-x`, namespace, ip, owner: set, labels: { app }, ...more })];
}

/**
 * Two workloads, `web` (10.0.0.1) and `cart` (10.0.0.2, behind a Service at 10.96.0.2), and a mapper whose clock stands
 * a minute after noon.
 */
export interface SmallCluster extends AsyncDisposable {
  readonly kubernetes: KubernetesApi;
  readonly running: RunningMapper;
  /** Changes the cluster, slices of Services included, and waits until the mapper has heard of it. */
  put(...objects: readonly KubernetesObject[]): Promise<void>;
  remove(object: KubernetesObject): Promise<void>;
}

export async function startSmallCluster(options: RunningMapperOptions = {}): Promise<SmallCluster> {
  const kubernetes = await createKubernetesApi();
  kubernetes.put(...workload('web', '10.0.0.1'), ...workload('cart', '10.0.0.2'));
  kubernetes.put(
    service({ name: 'cart', namespace, clusterIp: '10.96.0.2', selector: { app: 'cart' }, ports: [{ port: 80 }] }),
  );
  updateEndpointSlices(kubernetes);
  const running = await startMapper(kubernetes, { now: Date.parse(later(60)), ...options });

  let markers = 0;
  /**
   * Each kind has a watch of its own: when a pod, its Service and the slice between them are known, so is all that came
   * before.
   */
  async function heard(): Promise<void> {
    const name = `marker-${++markers}`;
    const clusterIp = `10.97.0.${markers}`;
    kubernetes.put(pod({ name, namespace: 'marker', ip: `10.255.0.${markers}`, labels: { app: name } }));
    kubernetes.put(service({ name, namespace: 'marker', clusterIp, selector: { app: name }, ports: [{ port: 80 }] }));
    updateEndpointSlices(kubernetes);
    const question = `{ serviceIdentity(address: "${clusterIp}") { identity { name } } }`;
    await expect.poll(async () => JSON.stringify((await running.ask(question)).body)).toContain(name);
  }

  return {
    kubernetes,
    running,
    put: async (...objects) => {
      kubernetes.put(...objects);
      await heard();
    },
    remove: async object => {
      kubernetes.remove(object);
      await heard();
    },
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await kubernetes[Symbol.asyncDispose]();
    },
  };
}
