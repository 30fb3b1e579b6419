import { MultiMap } from '@network-mapper/runtime';

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
  readonly #names = new MultiMap<string, string>();
  readonly #wildcards = new MultiMap<string, string>();

  /** Takes `before` of the object out and puts `after` in. */
  change(key: string, before: Iterable<string>, after: Iterable<string>): void {
    for (const pattern of patterns(before)) this.#of(pattern).delete(pattern, key);
    for (const pattern of patterns(after)) this.#of(pattern).add(pattern, key);
  }

  /** Whether an object names it. */
  has(pattern: string): boolean {
    return this.#of(pattern).has(pattern);
  }

  /** The patterns that a name of DNS matches, each with the objects that have it. */
  *matching(name: string): Generator<{ readonly pattern: string; readonly keys: readonly string[] }> {
    if (this.#names.has(name)) yield { pattern: name, keys: this.#names.get(name) };
    for (const pattern of this.#wildcards.keys())
      if (name.endsWith(pattern.slice(1))) yield { pattern, keys: this.#wildcards.get(pattern) };
  }

  #of(pattern: string): MultiMap<string, string> {
    return isWildcard(pattern) ? this.#wildcards : this.#names;
  }
}

function patterns(domains: Iterable<string>): readonly string[] {
  return Array.from(domains, toPattern);
}
