import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxError } from './sandbox-error.ts';

/** Lines kept of what a process wrote, for those who want to know why it failed. */
const keptLines = 500;

export type Signal = 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT';

/** A process that was started elsewhere: what it writes, its signals, its end. */
export class WatchedProcess {
  readonly name: string;
  readonly #send: (signal: Signal) => Promise<void> | void;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #exit: { readonly code: number | null } | undefined;

  constructor(name: string, send: (signal: Signal) => Promise<void> | void) {
    this.name = name;
    this.#send = send;
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
  async signal(signal: Signal = 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    await this.#send(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.exited();
  }

  /** Called by whoever started it. */
  onEvent(event: { readonly line: string } | { readonly exitCode: number | null }): void {
    if ('line' in event) {
      this.#lines.push(event.line);
      if (this.#lines.length > 2 * keptLines) this.#lines.splice(0, keptLines);
    } else this.#exit = { code: event.exitCode };
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

/** Resolves when the URL answers 200; throws when the process that should answer ends, or is not ready in time. */
export async function ready(url: string, server: WatchedProcess): Promise<void> {
  const limit = AbortSignal.timeout(20_000);
  while (server.running && !limit.aborted) {
    const answer = await fetch(url, { signal: limit }).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(50);
  }
  throw new SandboxError(
    'broken',
    `${server.name} is not ready; it wrote last:\n${server.lines.slice(-15).join('\n')}`,
  );
}
