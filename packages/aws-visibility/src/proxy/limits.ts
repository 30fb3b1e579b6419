import type { Socket } from 'node:net';

/** How much of the proxy one pod, and all of them, may take. */
export interface ProxyLimits {
  /** Connections of one pod that have not said yet what they want; further ones are cut. */
  readonly waiting: number;
  /** Connections of one address that wait for the API server to say whose it is; further ones are cut. */
  readonly unknownOfOne: number;
  /** The same of all addresses: who has not opted in takes no place of those who have. */
  readonly unknown: number;
  /** Connections of one pod that are read along; further ones pass unread, for a tenth of the memory. */
  readonly readOfOne: number;
  /** Connections of all addresses; further ones are cut. */
  readonly connections: number;
  /** Milliseconds for a client to say what it wants, and to end its handshake. */
  readonly beginningTimeout: number;
  /** Milliseconds that a connection may be silent in both directions. */
  readonly idle: number;
}

/**
 * SDKs open 10 to 50 connections a client. Which idle connections end is AWS's to say, and its end is passed on; ours
 * is for those that nobody ends. It is longer than the longest silence that means something: the 15 minutes of a
 * function that is waited for (docs.aws.amazon.com, Lambda quotas).
 */
export const proxyLimits: ProxyLimits = {
  waiting: 500,
  unknownOfOne: 100,
  unknown: 1_000,
  readOfOne: 1_000,
  connections: 10_000,
  beginningTimeout: 10_000,
  idle: 16 * 60_000,
};

/** Milliseconds without a byte after which the kernel asks whether the other side is still there. */
export const keepAliveDelay = 30_000;

/** How many there are under each name, and in all. */
export class ConnectionCounts {
  readonly #counts = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
    this.#total++;
  }

  remove(name: string): void {
    const left = this.of(name) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
    this.#total--;
  }
}

/** Counts a connection until it is closed, or what is returned is called. */
export function countIn(
  counts: ConnectionCounts,
  { address, socket }: { readonly address: string; readonly socket: Socket },
): () => void {
  let isCounted = true;
  counts.add(address);
  const leave = (): void => {
    if (isCounted) counts.remove(address);
    isCounted = false;
  };
  socket.once('close', leave);
  return leave;
}
