import { monotonicTime } from '@network-mapper/runtime';
import { KubeError } from '../access/kube-error.ts';
import type { KubeConnection } from '../access/kube-connection.ts';
import { isRecord } from '../kube-object.ts';
import { groupVersionPath, type Resource } from '../resource.ts';

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** `apps/v1` or `v1`. */
export function parseApiVersion(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf('/');
  return { group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1) };
}

interface Cached<T> {
  readonly value: Promise<T>;
  readonly until: number;
}

/** Kinds change when somebody installs a CRD or upgrades the cluster. Milliseconds. */
const knownFor = 600_000;
/** What was not served may be installed at any moment. */
const missingFor = 30_000;

/** Which kinds the API server serves, by group version; each is asked for once in a while. */
export class Discovery {
  readonly #connection: KubeConnection;
  readonly #kinds = new Map<string, Cached<ReadonlyMap<string, Resource>>>();
  readonly #versions = new Map<string, Cached<readonly string[]>>();

  constructor(connection: KubeConnection) {
    this.#connection = connection;
  }

  /**
   * The resource of a kind; undefined when the server does not serve it. Throws KubeError when the server cannot be
   * asked.
   */
  async resource(at: GroupVersion, kind: string): Promise<Resource | undefined> {
    const path = groupVersionPath(at);
    return (await this.#cached(this.#kinds, path, () => this.#readKinds(at, path))).get(kind);
  }

  /** The versions that are served of a group, the preferred one first. */
  async versions(group: string): Promise<readonly string[]> {
    if (group === '') return ['v1'];
    return this.#cached(this.#versions, `/apis/${encodeURIComponent(group)}`, path => this.#readVersions(path));
  }

  async #cached<T>(cache: Map<string, Cached<T>>, path: string, read: (path: string) => Promise<T>): Promise<T> {
    const known = cache.get(path);
    if (known !== undefined && known.until > monotonicTime()) return known.value;
    const value = read(path);
    cache.set(path, { value, until: monotonicTime() + knownFor });
    try {
      const answer = await value;
      if (isEmpty(answer)) cache.set(path, { value, until: monotonicTime() + missingFor });
      return answer;
    } catch (error) {
      cache.delete(path);
      throw error;
    }
  }

  async #readKinds({ group, version }: GroupVersion, path: string): Promise<ReadonlyMap<string, Resource>> {
    const list = await this.#getIfServed(path);
    const kinds = new Map<string, Resource>();
    for (const entry of membersOf(list, 'resources')) {
      const { name, kind, namespaced } = entry;
      // `deployments/scale` and the like are parts of an object, not a kind of their own.
      if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) continue;
      kinds.set(kind, { group, version, plural: name, namespaced: namespaced === true });
    }
    return kinds;
  }

  async #readVersions(path: string): Promise<readonly string[]> {
    const answer = await this.#getIfServed(path);
    const preferred =
      isRecord(answer) && isRecord(answer.preferredVersion) ? answer.preferredVersion.version : undefined;
    const versions = membersOf(answer, 'versions').flatMap(({ version }) =>
      typeof version === 'string' ? [version] : [],
    );
    return versions.toSorted((a, b) => Number(b === preferred) - Number(a === preferred));
  }

  async #getIfServed(path: string): Promise<unknown> {
    try {
      return await this.#connection.getJson(path);
    } catch (error) {
      if (error instanceof KubeError && error.code === 'not-found') return undefined;
      throw error;
    }
  }
}

function membersOf(answer: unknown, member: string): readonly Readonly<Record<string, unknown>>[] {
  const list = isRecord(answer) ? answer[member] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function isEmpty(answer: unknown): boolean {
  return (answer instanceof Map && answer.size === 0) || (Array.isArray(answer) && answer.length === 0);
}
