import { rootCertificates } from 'node:tls';
import {
  collectionPath,
  KubeError,
  objectPath,
  WatchedCollection,
  type KubeConnection,
  type Resource,
} from '@network-mapper/kube';
import { pause, type Logger, type Runnable } from '@network-mapper/runtime';
import { hasOptedIn } from '../opt-in.ts';
import { authorityName, bundleFile } from './patch-pod.ts';

const configMaps: Resource = { group: '', version: 'v1', plural: 'configmaps', namespaced: true };
/** By which our ConfigMaps are known. */
const labels = { 'app.kubernetes.io/part-of': 'otterize', 'app.kubernetes.io/component': 'aws-visibility' };

export interface BundleDistributorOptions {
  readonly connection: KubeConnection;
  readonly logger: Logger;
}

/** Milliseconds between two rounds, and until a failure is tried again. */
const interval = 1_000;

/**
 * Puts what is to be trusted, the roots of the public and our authorities, into a ConfigMap of every namespace that has
 * a pod that has opted in: a pod waits for its volume until it is there. Done here and not in the admission, which must
 * have no side effects.
 */
export class BundleDistributor {
  readonly #options: BundleDistributorOptions;
  readonly #pods: WatchedCollection<boolean>;
  /** Namespaces, and whether they have the present bundle. */
  readonly #done = new Set<string>();
  readonly #wanted = new Map<string, number>();
  #bundle: string | undefined;

  constructor(options: BundleDistributorOptions) {
    this.#options = options;
    this.#pods = new WatchedCollection<boolean>({
      connection: options.connection,
      resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
      metadataOnly: true,
      reduce: ({ metadata }) => hasOptedIn(metadata.labels),
      changed: (key, before, after) =>
        this.#count(key.slice(0, key.indexOf('/')), Number(after ?? false) - Number(before ?? false)),
    });
  }

  /** What is to be trusted from now on. */
  trust(authorities: readonly string[]): void {
    this.#bundle = [...authorities, ...rootCertificates].map(pem => `${pem.trim()}\n`).join('');
    this.#done.clear();
  }

  get runnables(): readonly Runnable[] {
    return [
      this.#pods,
      {
        name: 'the distribution of authorities',
        run: async signal => {
          while (await pause(interval, signal)) await this.#distribute();
        },
      },
    ];
  }

  #count(namespace: string, change: number): void {
    const count = (this.#wanted.get(namespace) ?? 0) + change;
    if (count > 0) this.#wanted.set(namespace, count);
    else {
      this.#wanted.delete(namespace);
      this.#done.delete(namespace);
    }
  }

  async #distribute(): Promise<void> {
    const bundle = this.#bundle;
    if (bundle === undefined) return;
    for (const namespace of this.#wanted.keys()) {
      if (this.#done.has(namespace)) continue;
      try {
        await this.#put({ namespace, bundle });
        this.#done.add(namespace);
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        this.#options.logger.warn({ namespace, problem: error.message }, 'a namespace does not get the authorities');
      }
    }
  }

  async #put({ namespace, bundle }: { readonly namespace: string; readonly bundle: string }): Promise<void> {
    const { connection } = this.#options;
    const data = { [bundleFile]: bundle };
    try {
      await connection.mergePatch(objectPath(configMaps, { namespace, name: authorityName }), {
        // The original put it there as bytes, which goes before.
        change: { metadata: { labels }, data, binaryData: null },
      });
    } catch (error) {
      if (!(error instanceof KubeError) || error.code !== 'not-found') throw error;
      const metadata = { name: authorityName, namespace, labels };
      await connection.create(collectionPath(configMaps, namespace), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data,
      });
    }
  }
}
