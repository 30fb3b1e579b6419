import type { Resolver } from 'node:dns/promises';

/**
 * resolv.conf(5): a name with fewer dots than `ndots` is first tried with each domain of the search list, as kubelet
 * configures pods.
 */
export interface SearchList {
  readonly domains: readonly string[];
  readonly ndots: number;
}

/** The names that are asked for in turn, until one has an address. */
export function namesToTry(name: string, { domains, ndots }: SearchList): readonly string[] {
  const withDomains = domains.map(domain => `${name}.${domain}`);
  const dots = name.split('.').length - 1;
  return dots < ndots ? [...withDomains, name] : [name, ...withDomains];
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** An answer, or that there is none: a name that does not exist, or has no address of the family. */
async function orNone(answer: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === 'ENOTFOUND' || codeOf(error) === 'ENODATA') return [];
    throw error;
  }
}

/**
 * The first address of a name, asked for in both families at once as the C library does; throws when no name of the
 * list has one.
 */
export async function lookUp(resolver: Resolver, name: string, search: SearchList): Promise<string> {
  for (const candidate of namesToTry(name, search)) {
    const [v4, v6] = await Promise.all([orNone(resolver.resolve4(candidate)), orNone(resolver.resolve6(candidate))]);
    const [address] = [...v4, ...v6];
    if (address !== undefined) return address;
  }
  throw new Error(`${name} has no address`);
}
