/** `Error` of the telemetry's API. What an error is about (names, addresses) is in its fields, which are not sent. */
export interface ReportedError {
  readonly message: string;
  readonly errorClass: string;
  readonly cause: null;
  readonly stack: null;
  readonly metadata: null;
}

/** Errors that wait to be sent; more of them are dropped. */
const mostWaiting = 100;

/** Errors of the log until they are reported: their constant messages alone. */
export class ErrorReports {
  #waiting: ReportedError[] = [];

  /** `error` is what the entry has under that name. */
  add(message: string, error: unknown): void {
    if (this.#waiting.length >= mostWaiting) return;
    const errorClass = error instanceof Error ? error.name : 'none';
    this.#waiting.push({ message, errorClass, cause: null, stack: null, metadata: null });
  }

  /** Those that waited; they do not any more. */
  take(): readonly ReportedError[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}
