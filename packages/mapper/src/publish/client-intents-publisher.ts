import { objectPath, WatchedCollection, type CollectionState, type KubeConnection } from '@network-mapper/kube';
import { pause, runAll, type Logger, type Runnable } from '@network-mapper/runtime';
import type { DnsAddress, DnsCache } from '../store/dns-cache.ts';
import type { AddressLookup } from './address-lookup.ts';
import { clientIntentsResource, toClientIntents, type ClientIntents } from './client-intents.ts';
import { DomainIndex, isWildcard, toPattern } from './domain-index.ts';
import { KeyedRetryQueue } from './keyed-retry-queue.ts';
import type { PublishedAddresses } from './published-addresses.ts';
import { nextResolvedIps } from './resolved-ips.ts';

export interface PublisherCounts {
  /** A domain that no traffic gave an address for was asked for in DNS. */
  readonly lookedUp: (result: 'found' | 'failed') => void;
  /** The status of an object was to be changed. */
  readonly patched: (result: 'done' | 'failed') => void;
}

export interface ClientIntentsPublisherParts {
  readonly connection: KubeConnection;
  readonly cache: DnsCache;
  readonly lookUp: AddressLookup;
  /** Addresses that may be written. */
  readonly published: PublishedAddresses;
  /** Milliseconds between two looks at what there is to do. */
  readonly interval: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly counts: PublisherCounts;
}

/**
 * Where there are no ClientIntents at all, looks are not closer than this, in milliseconds: most clusters have none.
 */
const idleInterval = 1_000;

/** How long the watch may take to show what was written, in milliseconds. */
const echo = 5_000;

/** How long the answer to a lookup of its own counts, in seconds. */
const lookupTtl = 120;

/**
 * Keeps `status.resolvedIPs` of ClientIntents true: the addresses that DNS gave for the domains in their specs, as seen
 * in the cluster's traffic, or looked up where no traffic named them. Where the kind is not installed, or must not be
 * read, it goes on asking for it. Work is done where something changed: an object, or the addresses of a domain that
 * one names.
 */
export function createClientIntentsPublisher(parts: ClientIntentsPublisherParts): Runnable {
  const publisher = new ClientIntentsPublisher(parts);
  return { name: 'the publisher of ClientIntents', run: signal => publisher.run(signal) };
}

class ClientIntentsPublisher {
  readonly #parts: ClientIntentsPublisherParts;
  readonly #index = new DomainIndex();
  readonly #objects: WatchedCollection<ClientIntents>;
  readonly #lookups: KeyedRetryQueue;
  readonly #patches: KeyedRetryQueue;
  /** By object: the last patch and when it was sent. */
  readonly #sent = new Map<string, { readonly text: string; readonly at: number }>();
  /** By pattern, as read since the last tick: many objects may name one wildcard, for which the whole cache is read. */
  readonly #addresses = new Map<string, readonly string[]>();

  constructor(parts: ClientIntentsPublisherParts) {
    const { connection, cache, now, logger, counts } = parts;
    this.#parts = parts;
    this.#objects = new WatchedCollection({
      connection,
      resource: clientIntentsResource,
      reduce: toClientIntents,
      changed: (key, before, after) => this.#objectChanged(key, before, after),
      stateChanged: state => logState(logger, state),
    });
    this.#lookups = new KeyedRetryQueue({
      now,
      parallel: 16,
      longestWait: 300_000,
      work: (name, signal) => this.#lookUp(name, signal),
      failed: (domain, error, failures) => {
        counts.lookedUp('failed');
        if (failures === 1) logger.warn({ domain, error }, 'a domain of ClientIntents has no address');
      },
    });
    this.#patches = new KeyedRetryQueue({
      now,
      parallel: 8,
      longestWait: 60_000,
      work: (key, signal) => this.#publish(key, signal),
      failed: (object, error, failures) => {
        counts.patched('failed');
        if (failures === 1) logger.warn({ object, error }, 'the status of ClientIntents cannot be changed');
      },
    });
    cache.onAdded(added => this.#heard(added));
  }

  async run(signal: AbortSignal): Promise<void> {
    await runAll([this.#objects, { name: 'publishing to ClientIntents', run: stop => this.#look(stop) }], signal);
    await Promise.all([this.#lookups.drained(), this.#patches.drained()]);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { interval } = this.#parts;
    while (await pause(this.#objects.size > 0 ? interval : Math.max(interval, idleInterval), signal)) {
      this.#addresses.clear();
      this.#lookups.runDue(signal);
      this.#patches.runDue(signal);
    }
  }

  #objectChanged(key: string, before: ClientIntents | undefined, after: ClientIntents | undefined): void {
    const wanted = after?.deleting === false ? after.domains : [];
    this.#index.change(key, before?.domains ?? [], wanted);
    if (after?.deleting === false) this.#patches.enqueue(key);
    else {
      this.#patches.drop(key);
      this.#sent.delete(key);
    }
    for (const domain of before?.domains ?? []) {
      if (!this.#index.has(toPattern(domain))) this.#lookups.drop(toPattern(domain));
    }
    for (const domain of wanted) {
      if (before?.domains.has(domain) !== true && !isWildcard(domain)) this.#lookups.enqueue(toPattern(domain));
    }
  }

  /** An address that no object lacks is no work. */
  #heard({ name, address }: DnsAddress): void {
    if (!this.#parts.published.has(address)) return;
    for (const { pattern, keys } of this.#index.matching(name)) {
      this.#addresses.delete(pattern);
      for (const key of keys) if (this.#lacks(key, { pattern, address })) this.#patches.enqueue(key);
    }
  }

  #lacks(key: string, added: { readonly pattern: string; readonly address: string }): boolean {
    const object = this.#objects.get(key);
    if (object === undefined) return false;
    return [...object.domains].some(
      domain => toPattern(domain) === added.pattern && object.resolved.get(domain)?.has(added.address) !== true,
    );
  }

  /** Looks a name up unless traffic showed its addresses; due again when that may have changed. */
  async #lookUp(name: string, signal: AbortSignal): Promise<number | undefined> {
    const { cache, lookUp, now, counts } = this.#parts;
    const nextLook = now() + lookupTtl * 1000;
    const known = cache.lastExpiry(name);
    // The cache may give up an address before it expires.
    if (known !== undefined) return Math.min(known, nextLook);
    const addresses = await lookUp(name, signal);
    counts.lookedUp('found');
    for (const address of addresses) cache.add({ name, address, ttl: lookupTtl });
    return nextLook;
  }

  /** Writes what an object's status lacks; due again when the watch should have shown it. */
  async #publish(key: string, signal: AbortSignal): Promise<number | undefined> {
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    const resolvedIPs = nextResolvedIps(object, domain => this.#addressesOf(toPattern(domain)));
    if (resolvedIPs === undefined) return undefined;
    const { connection, counts, now } = this.#parts;
    const change = { status: { resolvedIPs: resolvedIPs.length === 0 ? null : resolvedIPs } };
    const text = JSON.stringify(change);
    const sent = this.#sent.get(key);
    // Written already: the object as it is known here is from before that.
    if (sent?.text === text && now() < sent.at + echo) return sent.at + echo;
    await connection.mergePatch(`${objectPath(clientIntentsResource, object)}/status`, { change, signal });
    this.#sent.set(key, { text, at: now() });
    counts.patched('done');
    return now() + echo;
  }

  #addressesOf(pattern: string): readonly string[] {
    let addresses = this.#addresses.get(pattern);
    if (addresses === undefined) {
      addresses = this.#parts.cache.addresses(pattern).filter(address => this.#parts.published.has(address));
      this.#addresses.set(pattern, addresses);
    }
    return addresses;
  }
}

function logState(logger: Logger, state: CollectionState): void {
  if (state.kind !== 'failing') logger.info({ state: state.kind }, 'watching ClientIntents');
  else if (state.reason === 'not-found')
    logger.info('no ClientIntents are installed here; they are published to once they are');
  else logger.warn({ problem: state.problem }, 'ClientIntents cannot be watched');
}
