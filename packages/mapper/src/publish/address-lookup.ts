import { Resolver } from 'node:dns/promises';

/** The addresses of a name, at least one; rejects with a sentence when there are none, or none can be found out. */
export type AddressLookup = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Milliseconds. */
const patience = 2_000;

/**
 * Asks the DNS servers of /etc/resolv.conf (or `servers`, as `address:port`) for A and AAAA records of a full name:
 * search domains and /etc/hosts are of no use for names outside the cluster. What has come after two seconds is the
 * answer.
 */
export function createAddressLookup({ servers }: { readonly servers?: readonly string[] } = {}): AddressLookup {
  return async (name, signal) => {
    // One of its own each: what is cancelled is this lookup alone, and a changed resolv.conf counts.
    const resolver = new Resolver({ timeout: patience, tries: 1 });
    if (servers !== undefined) resolver.setServers(servers);
    const limit = AbortSignal.timeout(patience);
    const cancel = (): void => resolver.cancel();
    const stop = AbortSignal.any([signal, limit]);
    stop.addEventListener('abort', cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      const addresses = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
      if (addresses.length > 0) return addresses;
      signal.throwIfAborted();
      if (limit.aborted) throw new Error(`no DNS answer about ${name} within ${patience / 1000} s`);
      const [failure] = answers;
      throw new Error(`DNS has no address of ${name}`, { cause: 'reason' in failure ? failure.reason : undefined });
    } finally {
      stop.removeEventListener('abort', cancel);
    }
  };
}
