/** Why the API refuses, as https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ has it. */
export interface ApiStatus {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** The refusals of a real API server that tests ask for most. */
export const statuses = {
  forbidden: { code: 403, reason: 'Forbidden', message: 'User "test" cannot do this at the cluster scope' },
  unauthorized: { code: 401, reason: 'Unauthorized', message: 'Unauthorized' },
  notFound: { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' },
  tooManyRequests: { code: 429, reason: 'TooManyRequests', message: 'Too many requests, please try again later.' },
  internalError: { code: 500, reason: 'InternalError', message: 'Internal error occurred' },
  unavailable: {
    code: 503,
    reason: 'ServiceUnavailable',
    message: 'the server is currently unable to handle the request',
  },
  timeout: { code: 504, reason: 'Timeout', message: 'Timeout: request did not complete within the allotted timeout' },
} as const satisfies Readonly<Record<string, ApiStatus>>;

export function badRequest(message: string): ApiStatus {
  return { code: 400, reason: 'BadRequest', message };
}

/** A resource version, or the token of a list, older than what the server remembers. */
export function expired({ asked, oldest }: { asked: string; oldest: number }): ApiStatus {
  return { code: 410, reason: 'Expired', message: `too old resource version: ${asked} (${String(oldest)})` };
}

export function toStatusObject({ code, reason, message }: ApiStatus): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}
