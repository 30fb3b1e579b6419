import type { ClientIntents } from './client-intents.ts';

/** An entry of `status.resolvedIPs`. */
export interface ResolvedIps {
  readonly dns: string;
  readonly ips: readonly string[];
}

/**
 * What `status.resolvedIPs` should become, ordered as text; undefined when it says all already. Addresses are added to
 * a domain, and never taken from it while the spec names it: a connection that is still open may use one that DNS does
 * not give any more.
 */
export function nextResolvedIps(
  { domains, resolved }: ClientIntents,
  addressesOf: (domain: string) => readonly string[],
): readonly ResolvedIps[] | undefined {
  let changed = [...resolved.keys()].some(domain => !domains.has(domain));
  const entries: ResolvedIps[] = [];
  for (const domain of [...domains].sort()) {
    const known = resolved.get(domain);
    const ips = new Set([...(known ?? []), ...addressesOf(domain)]);
    if (ips.size > (known?.size ?? 0)) changed = true;
    if (ips.size > 0) entries.push({ dns: domain, ips: [...ips].sort() });
  }
  return changed ? entries : undefined;
}
