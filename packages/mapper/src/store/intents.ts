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
 * to one of the candidates is known: then those stand, and the guess is withdrawn where nothing else supports it. What was seen of it
 * counts for the server that stands.
 */
export class Intents extends EdgeStore<IntentEdge, IntentSeen> {
  /** Guesses by the client's key, then the server's. */
  readonly #guesses = new Map<string, Map<string, Guess>>();

  constructor() {
    super(intentEdges);
  }

  override add(seen: IntentSeen): IntentEdge {
    if (seen.type !== null) return super.add(seen);
    if (seen.candidates.length > 0) {
      const better = this.#certainOf(seen);
      if (better !== undefined) return super.add({ ...seen, server: better.server, candidates: [] });
      this.#guessesOf(seen.client.key).set(seen.server.key, { server: seen.server, candidates: seen.candidates });
      return super.add(seen);
    }
    const edge = super.add(seen);
    this.#withdrawGuesses(edge);
    return edge;
  }

  override clear(): void {
    super.clear();
    this.#guesses.clear();
  }

  #certainOf({ client, candidates }: IntentSeen): IntentEdge | undefined {
    return candidates.map(key => this.get(client, key)).find(edge => edge?.certain === true);
  }

  #withdrawGuesses(edge: IntentEdge): void {
    if (this.#guesses.size === 0) return;
    const { client, server } = edge;
    const guesses = this.#guesses.get(client.key);
    if (guesses === undefined) return;
    for (const [key, guess] of guesses) {
      if (!guess.candidates.includes(server.key)) continue;
      guesses.delete(key);
      const guessed = this.get(client, key);
      if (guessed?.certain !== false) continue;
      this.remove(client, intentKey(guess.server, null));
      takeOver(edge, guessed);
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

/** What was seen of a guess was seen of the server that really was called. */
function takeOver(edge: IntentEdge, guessed: IntentEdge): void {
  edge.evidence |= guessed.evidence;
  edge.protocols |= guessed.protocols;
  edge.count += guessed.count;
  edge.firstSeen = Math.min(edge.firstSeen, guessed.firstSeen);
  edge.lastSeen = Math.max(edge.lastSeen, guessed.lastSeen);
}
