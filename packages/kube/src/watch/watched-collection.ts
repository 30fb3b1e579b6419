import { backoff, pause, type Runnable, monotonicTime, wallTime } from '@network-mapper/runtime';
import type { KubeConnection } from '../access/kube-connection.ts';
import { KubeError, type KubeErrorCode } from '../access/kube-error.ts';
import type { KubeObject } from '../kube-object.ts';
import { listPages } from './list-pages.ts';
import type { ObjectSelection, Resource } from '../resource.ts';
import { watchEvents } from './watch-events.ts';

/** How far the collection can be believed. Times are milliseconds since the epoch. */
export type CollectionState =
  /** The first list is not complete. */
  | { readonly kind: 'starting' }
  /** Complete, and changes come as they happen. */
  | { readonly kind: 'synced'; readonly since: number }
  /** As it was when `lastSynced`, or never complete; being tried again. */
  | {
      readonly kind: 'failing';
      readonly problem: string;
      readonly reason: KubeErrorCode;
      readonly lastSynced: number | undefined;
    };

export interface WatchedCollectionOptions<R> {
  readonly connection: KubeConnection;
  readonly resource: Resource;
  /** Ask for metadata alone: `reduce` then sees no other member. */
  readonly metadataOnly?: boolean;
  /** `reduce` sees all members, of whatever kind: for few objects. */
  readonly whole?: boolean;
  /** Which of them; all unless given. */
  readonly selection?: ObjectSelection;
  /**
   * What is kept of an object. Called once per object and change; must not keep the object. Of pods, Services, nodes
   * and EndpointSlices only the members that `field-selection.ts` names are there to be read, unless `whole` is set.
   */
  reduce(object: KubeObject): R;
  /**
   * Called after the collection has changed. `before` and `after` may have equal content (a change of what was not
   * kept, or a new list); when an object is replaced by one of the same name between two lists, both are given in one
   * call.
   */
  changed?(key: string, before: R | undefined, after: R | undefined): void;
  /** Called when the state becomes another one: for logs and metrics. */
  stateChanged?(state: CollectionState): void;
  /** Objects per page of a list. */
  readonly pageSize?: number;
}

/** Milliseconds between tries. */
const retries = { first: 250, max: 30_000 };

/**
 * A watch that ends sooner than this, in milliseconds, without having brought anything is not worth asking for again at
 * once.
 */
const shortWatch = 1_000;

/**
 * All objects of one kind as slim records, kept true by list and watch
 * (kubernetes.io/docs/reference/using-api/api-concepts). Keys are `namespace/name`, of cluster-scoped objects `/name`.
 */
export class WatchedCollection<R> implements Runnable {
  readonly name: string;
  readonly #options: WatchedCollectionOptions<R>;
  readonly #records = new Map<string, R>();
  readonly #firstSync = Promise.withResolvers<undefined>();
  #state: CollectionState = { kind: 'starting' };
  /** Where the next watch goes on; undefined when only a new list can say. */
  #resourceVersion: string | undefined;
  /** In a row, without a watch that was worth it in between. */
  #failures = 0;
  /** The last failure was a resource version that was too old. */
  #expired = false;

  constructor(options: WatchedCollectionOptions<R>) {
    this.#options = options;
    this.name = `watch of ${options.resource.plural}`;
  }

  get state(): CollectionState {
    return this.#state;
  }

  get size(): number {
    return this.#records.size;
  }

  get(key: string): R | undefined {
    return this.#records.get(key);
  }

  values(): IterableIterator<R> {
    return this.#records.values();
  }

  /** Resolves when the first list is complete. Never rejects: `state` says what is in the way. */
  async whenSynced(): Promise<void> {
    await this.#firstSync.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const error = await this.#follow(signal);
      if (error === undefined) continue;
      // That a resource version grows too old is ordinary: one new list, at once.
      const expired = error.code === 'gone' && !this.#expired;
      this.#expired = expired;
      if (error.code === 'gone') this.#resourceVersion = undefined;
      if (expired) continue;
      this.#fail(error);
      await pause(backoff(++this.#failures, retries), signal);
    }
  }

  /** Lists if need be and watches until the watch ends; an error when it did not end as it should. */
  async #follow(signal: AbortSignal): Promise<KubeError | undefined> {
    try {
      if (this.#resourceVersion === undefined) await this.#list(signal);
      await this.#watch(signal);
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof KubeError) return error;
      throw error;
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const vanished = new Set(this.#records.keys());
    const resourceVersion = await listPages(
      { ...this.#options, fromCache: this.#state.kind === 'starting' },
      object => {
        const key = keyOf(object);
        vanished.delete(key);
        this.#put(key, this.#options.reduce(object));
      },
      signal,
    );
    for (const key of vanished) this.#remove(key);
    this.#resourceVersion = resourceVersion;
    this.#synced();
  }

  /** Follows changes until the server ends the watch. */
  async #watch(signal: AbortSignal): Promise<void> {
    const startedAt = monotonicTime();
    const from = { resourceVersion: this.#resourceVersion ?? '', opened: () => this.#synced() };
    let worthwhile = false;
    try {
      for await (const event of watchEvents(this.#options, from, signal)) {
        worthwhile = true;
        if (event.kind === 'put') this.#put(keyOf(event.object), this.#options.reduce(event.object));
        else if (event.kind === 'removed') this.#remove(keyOf(event.object));
        this.#resourceVersion = event.resourceVersion;
      }
    } finally {
      worthwhile ||= monotonicTime() - startedAt > shortWatch;
      if (worthwhile) {
        this.#failures = 0;
        this.#expired = false;
      }
    }
    if (!worthwhile) {
      throw new KubeError(
        'bad-answer',
        `${this.name} at ${this.#options.connection.server}: it ends as soon as it begins`,
      );
    }
  }

  #put(key: string, after: R): void {
    const before = this.#records.get(key);
    this.#records.set(key, after);
    this.#options.changed?.(key, before, after);
  }

  #remove(key: string): void {
    const before = this.#records.get(key);
    if (this.#records.delete(key)) this.#options.changed?.(key, before, undefined);
  }

  #synced(): void {
    if (this.#state.kind === 'synced') return;
    this.#enter({ kind: 'synced', since: wallTime() });
    this.#firstSync.resolve(undefined);
  }

  #fail(error: KubeError): void {
    const state = this.#state;
    const known = state.kind === 'failing' && state.reason === error.code && state.problem === error.message;
    if (known) return;
    const lastSynced = state.kind === 'synced' ? wallTime() : state.kind === 'failing' ? state.lastSynced : undefined;
    this.#enter({ kind: 'failing', problem: error.message, reason: error.code, lastSynced });
  }

  #enter(state: CollectionState): void {
    this.#state = state;
    this.#options.stateChanged?.(state);
  }
}

/** Joined, it is one piece; a template would keep the two that it was made of, 32 bytes more for every object. */
function keyOf({ metadata }: KubeObject): string {
  return [metadata.namespace, metadata.name].join('/');
}
