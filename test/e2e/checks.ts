/**
 * Runs checks one after another and counts; a check that throws has failed, and the next one runs, unless `signal`
 * aborted.
 */
export class Checks {
  readonly #say: (line: string) => void;
  readonly #signal: AbortSignal;
  passed = 0;
  failed = 0;

  constructor(say: (line: string) => void, signal: AbortSignal) {
    this.#say = say;
    this.#signal = signal;
  }

  async check(title: string, work: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    try {
      await work();
      this.passed++;
      this.#say(`ok    ${title} (${seconds()})`);
    } catch (error) {
      this.#signal.throwIfAborted();
      this.failed++;
      this.#say(`FAIL  ${title} (${seconds()})\n${indented(error instanceof Error ? error.message : String(error))}`);
    }
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '      ');
}

/** Asks again and again until the answer is right; throws after `seconds` with the last answer. */
export async function until(
  options: { readonly seconds: number; readonly wanted: string; readonly signal: AbortSignal },
  ask: () => Promise<string>,
  isRight: (answer: string) => boolean,
): Promise<void> {
  const end = performance.now() + options.seconds * 1000;
  for (;;) {
    const answer = await ask().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (isRight(answer)) return;
    options.signal.throwIfAborted();
    if (performance.now() > end) {
      throw new Error(`within ${options.seconds} s there was not: ${options.wanted}\nbut:\n${answer}`);
    }
    await new Promise(resolve => setTimeout(resolve, 250));
  }
}
