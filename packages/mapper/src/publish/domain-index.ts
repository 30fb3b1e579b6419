/** A domain of ClientIntents as the DNS cache knows names: letter case and a trailing dot mean nothing. */
export function toPattern(domain: string): string {
  return domain.toLowerCase().replace(/\.$/, '');
}

/** A leading `*` stands for all names that end like the rest; such a pattern cannot be asked for in DNS. */
export function isWildcard(pattern: string): boolean {
  return pattern.startsWith('*');
}

/** Which objects name which domains. */
export class DomainIndex {
  /** Keys of objects by pattern, names and wildcards apart: a name is found at once, wildcards are tried one by one. */
  readonly #names = new Map<string, Set<string>>();
  readonly #wildcards = new Map<string, Set<string>>();

  /** Takes `before` of the object out and puts `after` in. */
  change(key: string, before: Iterable<string>, after: Iterable<string>): void {
    for (const domain of before) this.#remove({ pattern: toPattern(domain), key });
    for (const domain of after) this.#add({ pattern: toPattern(domain), key });
  }

  /** Whether an object names it. */
  has(pattern: string): boolean {
    return this.#of(pattern).has(pattern);
  }

  /** The patterns that a name of DNS matches, each with the objects that have it. */
  *matching(name: string): Generator<{ readonly pattern: string; readonly keys: Iterable<string> }> {
    const keys = this.#names.get(name);
    if (keys !== undefined) yield { pattern: name, keys };
    for (const [pattern, wild] of this.#wildcards) if (name.endsWith(pattern.slice(1))) yield { pattern, keys: wild };
  }

  #of(pattern: string): Map<string, Set<string>> {
    return isWildcard(pattern) ? this.#wildcards : this.#names;
  }

  #add({ pattern, key }: Entry): void {
    const patterns = this.#of(pattern);
    const keys = patterns.get(pattern);
    if (keys === undefined) patterns.set(pattern, new Set([key]));
    else keys.add(key);
  }

  #remove({ pattern, key }: Entry): void {
    const patterns = this.#of(pattern);
    const keys = patterns.get(pattern);
    keys?.delete(key);
    if (keys?.size === 0) patterns.delete(pattern);
  }
}

interface Entry {
  readonly pattern: string;
  readonly key: string;
}
