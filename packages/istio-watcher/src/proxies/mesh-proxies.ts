import { WatchedCollection, type KubeConnection, type KubeObject } from '@network-mapper/kube';
import type { Logger, Runnable } from '@network-mapper/runtime';
import { toProxy, type Proxy } from './proxy.ts';

export interface MeshProxiesOptions {
  readonly connection: KubeConnection;
  /** The only namespace to look in; empty for all. */
  readonly namespace: string;
  /** Namespaces in which ztunnels are. */
  readonly trustedNamespaces: readonly string[];
  readonly logger: Logger;
}

/**
 * Labels by which pods with a proxy are found: that of injected sidecars, those of gateways and waypoints that Istio
 * deploys (istio.io, "Resource Labels"), and that of the DaemonSet of ztunnels.
 */
const selectors = [
  'security.istio.io/tlsMode',
  'gateway.istio.io/managed',
  'gateway.networking.k8s.io/gateway-name',
  'app=ztunnel',
];

/** The proxies that run now. */
export class MeshProxies {
  readonly #options: MeshProxiesOptions;
  readonly #collections: readonly WatchedCollection<Proxy | undefined>[];
  /** By UID of their pods: those that the first lists had, which may have counted for long. */
  readonly #early = new Set<string>();

  constructor(options: MeshProxiesOptions) {
    this.#options = options;
    this.#collections = selectors.map(selector => this.#watch(selector));
  }

  get runnables(): readonly Runnable[] {
    return this.#collections;
  }

  /** Resolves when all are known. */
  async whenKnown(): Promise<void> {
    await Promise.all(this.#collections.map(collection => collection.whenSynced()));
  }

  /** Each once, though a pod may have several of the labels. */
  running(): readonly Proxy[] {
    const { trustedNamespaces } = this.#options;
    const proxies = new Map<string, Proxy>();
    for (const collection of this.#collections)
      for (const proxy of collection.values())
        if (proxy !== undefined && (proxy.kind === 'envoy' || trustedNamespaces.includes(proxy.namespace)))
          proxies.set(proxy.uid, proxy);
    return [...proxies.values()];
  }

  /** Whether it was there before the watcher was. */
  wasThereBefore({ uid }: Proxy): boolean {
    return this.#early.has(uid);
  }

  /** Why changes are not heard of. */
  problem(): string | undefined {
    for (const { state } of this.#collections)
      if (state.kind === 'failing') return `pods with proxies cannot be listed: ${state.problem}`;
    return undefined;
  }

  #watch(labelSelector: string): WatchedCollection<Proxy | undefined> {
    const { connection, namespace, logger } = this.#options;
    let isFirst = true;
    return new WatchedCollection<Proxy | undefined>({
      connection,
      resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
      selection: { labelSelector, ...(namespace === '' ? {} : { namespace }) },
      reduce: (object: KubeObject) => toProxy(object),
      changed: (_key, before, after) => {
        if (before !== undefined && before.uid !== after?.uid) this.#early.delete(before.uid);
        if (isFirst && after !== undefined) this.#early.add(after.uid);
      },
      stateChanged: state => {
        if (state.kind === 'synced') isFirst = false;
        if (state.kind === 'failing') logger.warn({ problem: state.problem }, 'Pods with proxies cannot be listed');
      },
    });
  }
}
