/** What kept a request from being answered: what a caller decides by. */
export type KubeErrorCode =
  /** No connection, or it broke: name, network, TLS. */
  | 'unreachable'
  /** No answer within the time given. */
  | 'timed-out'
  /** 401: the credentials are not accepted. */
  | 'unauthorized'
  /** 403: the right to do this is missing. */
  | 'forbidden'
  /** 404: the object, or the whole kind, is not there. */
  | 'not-found'
  /** 410: this resource version or continuation is too old; list anew. */
  | 'gone'
  /** 429: asked to come back later. */
  | 'busy'
  /** Any other 4xx. */
  | 'refused'
  /** 5xx. */
  | 'server-error'
  /** An answer that is not what the API promises. */
  | 'bad-answer';

const codesOfStatus: Readonly<Record<number, KubeErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  410: 'gone',
  429: 'busy',
};

/** Said with every error of a request: what, where, why. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** `reason` of the API's Status object, such as `Expired`. */
  readonly reason: string | undefined;

  constructor(
    code: KubeErrorCode,
    message: string,
    details: {
      readonly status?: number | undefined;
      readonly reason?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.reason = details.reason;
  }

  /** The error that an HTTP status, or a Status object within a watch, stands for. */
  static ofStatus(answer: {
    readonly status: number;
    readonly request: string;
    readonly message?: string | undefined;
    readonly reason?: string | undefined;
  }): KubeError {
    const { status, request, message, reason } = answer;
    const code = codesOfStatus[status] ?? (status >= 500 ? 'server-error' : 'refused');
    return new KubeError(code, `${request}: ${message ?? `HTTP status ${status}`}`, { status, reason });
  }

  /**
   * Any failure of a connection as a KubeError, whose message says all of it; one that is a KubeError already stays as
   * it is.
   */
  static ofFailure(error: unknown, request: string): KubeError {
    if (error instanceof KubeError) return error;
    return new KubeError('unreachable', `${request}: ${sentenceOf(error)}`);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(sentenceOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
