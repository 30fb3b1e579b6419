import type { KubernetesObject, ObjectMeta } from './kubernetes-object.ts';
import type { ResourceType } from './resource-types.ts';
import { readObject, storeObject, type StoredObject } from './stored-object.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: StoredObject;
  /**
   * How the object was before: what a watch with a selector needs to know what came into its sight and what left it.
   */
  readonly before: StoredObject | undefined;
}

/** The changes after a revision, oldest first, or that they are no longer known (`410 Gone`). */
export type ChangesSince =
  { readonly kind: 'known'; readonly changes: readonly Change[] } | { readonly kind: 'gone'; readonly oldest: number };

const keyOf = ({ namespace = '', name }: Pick<ObjectMeta, 'name' | 'namespace'>): string => `${namespace}/${name}`;

/** All objects of one type, and at least as many of their last changes as `historyLimit` says. */
export class ObjectCollection {
  readonly type: ResourceType;
  readonly #objects = new Map<string, StoredObject>();
  readonly #historyLimit: number;
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  /** Changes up to this revision are forgotten. */
  #forgotten = 0;
  #sorted: readonly StoredObject[] | undefined;

  constructor(type: ResourceType, historyLimit: number) {
    this.type = type;
    this.#historyLimit = historyLimit;
  }

  get(at: Pick<ObjectMeta, 'name' | 'namespace'>): StoredObject | undefined {
    return this.#objects.get(keyOf(at));
  }

  /** All objects in the order of their keys, as etcd lists them. The array is not changed afterwards. */
  list(): readonly StoredObject[] {
    this.#sorted ??= [...this.#objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    return this.#sorted;
  }

  put(object: KubernetesObject, revision: number): StoredObject {
    const before = this.get(object.metadata);
    const stored = storeObject(object, revision);
    this.#objects.set(keyOf(stored), stored);
    this.#record({ type: before === undefined ? 'ADDED' : 'MODIFIED', revision, object: stored, before });
    return stored;
  }

  /** False when there was no such object. */
  remove(at: Pick<ObjectMeta, 'name' | 'namespace'>, revision: number): boolean {
    const before = this.get(at);
    if (before === undefined) return false;
    this.#objects.delete(keyOf(before));
    this.#record({ type: 'DELETED', revision, object: storeObject(readObject(this.type, before), revision), before });
    return true;
  }

  changesSince(revision: number): ChangesSince {
    if (revision < this.#forgotten) return { kind: 'gone', oldest: this.#forgotten };
    return { kind: 'known', changes: this.#history.filter(change => change.revision > revision) };
  }

  /** Forgets all changes up to now, as compaction does. */
  forgetHistory(now: number): void {
    this.#history = [];
    this.#forgotten = now;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #record(change: Change): void {
    this.#sorted = undefined;
    this.#history.push(change);
    // Trimmed in large steps, so that the cost of moving the array is shared by as many changes as it is long.
    if (this.#history.length >= 2 * this.#historyLimit) {
      this.#history = this.#history.slice(-this.#historyLimit);
      this.#forgotten = (this.#history[0] ?? change).revision - 1;
    }
    for (const listener of this.#listeners) listener(change);
  }
}
