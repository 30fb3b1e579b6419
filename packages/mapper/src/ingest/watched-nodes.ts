/** An agent that did not report for so long, in milliseconds, is not there any more. */
const aliveFor = 3 * 60_000;

/** Nodes whose own agents report. */
export class WatchedNodes {
  readonly #lastReports = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(node: string): void {
    this.#lastReports.set(node, this.#now());
  }

  has(node: string): boolean {
    const last = this.#lastReports.get(node);
    return last !== undefined && this.#now() - last < aliveFor;
  }
}
