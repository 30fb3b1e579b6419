import type { NodeNamespaces } from './node-namespaces.ts';
import { SandboxError } from './sandbox-error.ts';

/** Lines kept of what a process wrote, for those who want to know why it failed. */
const keptLines = 500;

/** A process in the sandbox. */
export class SandboxProcess {
  readonly name: string;
  readonly #number: number;
  readonly #node: NodeNamespaces;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #exit: { readonly code: number | null } | undefined;

  constructor(name: string, { number, node }: { readonly number: number; readonly node: NodeNamespaces }) {
    this.name = name;
    this.#number = number;
    this.#node = node;
  }

  /** What it wrote last, on both its outputs. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** True until it ended. */
  get running(): boolean {
    return this.#exit === undefined;
  }

  /** Its exit code once it has ended; null where a signal ended it. */
  async exited(): Promise<number | null> {
    await this.#until(() => !this.running);
    return this.#exit?.code ?? null;
  }

  /** Resolves when it has written such a line; throws when it ends, or `withinMilliseconds` pass, before. */
  async wrote(wanted: (line: string) => boolean, { withinMilliseconds = 20_000 } = {}): Promise<void> {
    const found = (): boolean => this.#lines.some(wanted);
    const late = AbortSignal.timeout(withinMilliseconds);
    await this.#until(() => found() || !this.running, late);
    if (found()) return;
    const what = this.running
      ? `did not come up within ${String(withinMilliseconds / 1000)} s`
      : `ended (${String(this.#exit?.code)})`;
    throw new SandboxError('broken', `${this.name} ${what}; it wrote last:\n${this.#lines.slice(-15).join('\n')}`);
  }

  /** Sends a signal; for SIGTERM, SIGINT and SIGKILL resolves when the process has ended. */
  async signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT' = 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    await this.#node.order({ kind: 'signal', process: this.#number, signal });
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.exited();
  }

  /** Called by the sandbox that started it. */
  hear(news: { readonly line: string } | { readonly exitCode: number | null }): void {
    if ('line' in news) {
      this.#lines.push(news.line);
      if (this.#lines.length > 2 * keptLines) this.#lines.splice(0, keptLines);
    } else this.#exit = { code: news.exitCode };
    for (const listener of this.#listeners) listener();
  }

  async #until(condition: () => boolean, limit?: AbortSignal): Promise<void> {
    if (condition()) return;
    await new Promise<void>(resolve => {
      const check = (): void => {
        if (!condition() && limit?.aborted !== true) return;
        this.#listeners.delete(check);
        limit?.removeEventListener('abort', check);
        resolve();
      };
      this.#listeners.add(check);
      limit?.addEventListener('abort', check);
    });
  }
}
