import { monotonicTime } from '@network-mapper/runtime';
import { Discovery, parseApiVersion } from './discovery.ts';
import { KubeError } from '../access/kube-error.ts';
import type { KubeConnection } from '../access/kube-connection.ts';
import { isKubeObject, type OwnerReference } from '../kube-object.ts';
import { metadataOnly, objectPath, type Resource } from '../resource.ts';

/**
 * What is known of an owner. All but `found` and `failed` end a walk up the owners: the reference is all there is to
 * know.
 */
export type OwnerLookup =
  | {
      readonly kind: 'found';
      /** As it was read: differs from the reference's where a CronJob's version is served no more. */
      readonly apiVersion: string;
      readonly ownerKind: string;
      readonly name: string;
      readonly uid: string;
      readonly ownerReferences: readonly OwnerReference[];
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'forbidden' }
  /** The server serves no such kind. */
  | { readonly kind: 'unknown-kind' }
  /** Nothing can be said now: try again later. */
  | { readonly kind: 'failed'; readonly problem: string };

/** Owners seldom change, but do: an orphaned ReplicaSet is adopted within seconds. Milliseconds. */
const rememberedFor = 60_000;
const mostRemembered = 10_000;

/**
 * Reads owners one at a time, their metadata only. The same owner asked for twice at once is read once, found ones are
 * remembered for a minute, and the connection bounds how many requests run at once; beyond that there is no throttle.
 */
export class OwnerReader {
  readonly #connection: KubeConnection;
  readonly #discovery: Discovery;
  readonly #reading = new Map<string, Promise<OwnerLookup>>();
  /** Oldest first. */
  readonly #found = new Map<string, { readonly lookup: OwnerLookup; readonly until: number }>();

  constructor(connection: KubeConnection) {
    this.#connection = connection;
    this.#discovery = new Discovery(connection);
  }

  /**
   * The owner that `reference` of an object in `namespace` names; a cluster-scoped owner is found as well. Never
   * rejects.
   */
  async read(reference: OwnerReference, namespace: string): Promise<OwnerLookup> {
    const key = `${reference.apiVersion} ${reference.kind} ${namespace}/${reference.name}`;
    const known = this.#found.get(key);
    if (known !== undefined && known.until > monotonicTime()) return known.lookup;
    const underway = this.#reading.get(key);
    if (underway !== undefined) return underway;

    const reading = this.#lookUp(reference, namespace).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    const lookup = await reading;
    if (lookup.kind === 'found') this.#remember(key, lookup);
    return lookup;
  }

  #remember(key: string, lookup: OwnerLookup): void {
    this.#found.delete(key);
    this.#found.set(key, { lookup, until: monotonicTime() + rememberedFor });
    if (this.#found.size <= mostRemembered) return;
    for (const oldest of this.#found.keys()) {
      this.#found.delete(oldest);
      return;
    }
  }

  async #lookUp(reference: OwnerReference, namespace: string): Promise<OwnerLookup> {
    try {
      const resource = await this.#resourceOf(reference);
      if (resource === undefined) return { kind: 'unknown-kind' };
      const path = objectPath(resource, { name: reference.name, namespace });
      const owner = await this.#connection.getJson(path, { accept: metadataOnly.object });
      if (!isKubeObject(owner)) return { kind: 'failed', problem: `GET ${path}: the answer is no object` };
      const { name, uid, ownerReferences = [] } = owner.metadata;
      const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
      return { kind: 'found', apiVersion, ownerKind: reference.kind, name, uid, ownerReferences };
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.code === 'not-found' || error.code === 'forbidden') return { kind: error.code };
      return { kind: 'failed', problem: error.message };
    }
  }

  async #resourceOf({ apiVersion, kind }: OwnerReference): Promise<Resource | undefined> {
    const at = parseApiVersion(apiVersion);
    const resource = await this.#discovery.resource(at, kind);
    if (resource !== undefined || kind !== 'CronJob') return resource;
    // CronJobs made by batch/v1beta1 kept that version in their Jobs' references when it was removed.
    for (const version of await this.#discovery.versions(at.group)) {
      const served = await this.#discovery.resource({ group: at.group, version }, kind);
      if (served !== undefined) return served;
    }
    return undefined;
  }
}
