import { LruMap } from '@network-mapper/runtime';

/** Paths of one client and server that are kept apart. */
const mostPaths = 100;
/** Pairs of which paths are remembered. */
const mostPairs = 20_000;

/** What all paths of a pair are that came when it had as many as are kept apart. */
const anyPath = '/*';

/** Bounds the paths of each client and server: a name in a path that is no number can be anything. */
export class PathLimit {
  readonly #pairs = new LruMap<string, Set<string>>({ maxEntries: mostPairs });
  #folded = 0;

  /** Requests whose path was one too many, since the start. */
  get folded(): number {
    return this.#folded;
  }

  /** The path to report; `count` requests were made for it. */
  take(path: string, { pair, count }: { readonly pair: string; readonly count: number }): string {
    const paths = this.#pairs.get(pair) ?? new Set<string>();
    if (paths.size === 0) this.#pairs.set(pair, paths);
    if (paths.has(path)) return path;
    if (paths.size >= mostPaths) {
      this.#folded += count;
      return anyPath;
    }
    paths.add(path);
    return path;
  }
}
