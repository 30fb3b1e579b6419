/** A request that is refused before anything of it runs. */
export class RequestError extends Error {
  readonly status: 400 | 401 | 403 | 405 | 406 | 413 | 415 | 503;
  /** Seconds after which another try makes sense, with 503. */
  readonly retryAfter: number | undefined;

  constructor(status: RequestError['status'], message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
