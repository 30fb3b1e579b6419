import type { Workload } from '@network-mapper/model';
import { EdgeStore } from './edge-store.ts';
import { intentEdges, intentKey, type IntentEdge, type IntentSeen } from './intent-edge.ts';

/** A server that stands for a Service with pods of several workloads, until a connection shows which were reached. */
interface Guess {
  readonly server: Workload;
  readonly candidates: readonly string[];
}

/**
 * The calls between workloads. A guess (see `IntentSeen.candidates`) is on the map only as long as no connection of that client
 * to one of the candidates is known: then those stand, and the guess is withdrawn where nothing else supports it.
 */
export class Intents extends EdgeStore<IntentEdge, IntentSeen> {
  /** Guesses by the client's key, then the server's. */
  readonly #guesses = new Map<string, Map<string, Guess>>();

  constructor() {
    super(intentEdges);
  }

  /** False when a guess is not needed, because what really was called is on the map. */
  see(seen: IntentSeen): boolean {
    if (seen.type !== null) {
      this.add(seen);
      return true;
    }
    if (seen.candidates.length > 0) {
      if (this.#isKnownBetter(seen)) return false;
      this.#guessesOf(seen.client.key).set(seen.server.key, { server: seen.server, candidates: seen.candidates });
    }
    this.add(seen);
    if (seen.candidates.length === 0) this.#withdrawGuesses(seen);
    return true;
  }

  override clear(): void {
    super.clear();
    this.#guesses.clear();
  }

  #isKnownBetter({ client, candidates }: IntentSeen): boolean {
    return candidates.some(key => this.get(client, key)?.certain === true);
  }

  #withdrawGuesses({ client, server }: IntentSeen): void {
    const guesses = this.#guesses.get(client.key);
    if (guesses === undefined) return;
    for (const [key, guess] of guesses) {
      if (!guess.candidates.includes(server.key)) continue;
      guesses.delete(key);
      if (this.get(client, key)?.certain === false) this.remove(client, intentKey(guess.server, null));
    }
    if (guesses.size === 0) this.#guesses.delete(client.key);
  }

  #guessesOf(clientKey: string): Map<string, Guess> {
    let guesses = this.#guesses.get(clientKey);
    if (guesses === undefined) {
      guesses = new Map();
      this.#guesses.set(clientKey, guesses);
    }
    return guesses;
  }
}
