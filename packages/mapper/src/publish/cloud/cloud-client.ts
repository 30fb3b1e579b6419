import { HttpError, type HttpClient, type PostAnswer } from '../outgoing/http-client.ts';
import { AccessTokens } from './access-tokens.ts';
import { CloudError } from './cloud-error.ts';
import { operations, type CloudOperation } from './operations.ts';

export interface CloudClientOptions {
  readonly http: HttpClient;
  /** `https://host/api`, without a slash at the end. */
  readonly address: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Called after each request. */
  readonly sent: (operation: CloudOperation, result: 'done' | 'failed' | 'refused') => void;
}

/** Of a message of the cloud's, in logs. */
const longestReason = 300;

/** GraphQL over HTTP to the cloud, with an access token. */
export class CloudClient {
  readonly #options: CloudClientOptions;
  readonly #tokens: AccessTokens;

  constructor(options: CloudClientOptions) {
    this.#options = options;
    this.#tokens = new AccessTokens({ ...options, url: `${options.address}/auth/tokens/token` });
  }

  /** Sends a mutation, its variables as JSON. Resolves when the cloud has taken it; throws CloudError. */
  async send(operation: CloudOperation, variables: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#send(operation, variables, signal);
      this.#options.sent(operation, 'done');
    } catch (error) {
      this.#options.sent(operation, error instanceof CloudError && error.code === 'refused' ? 'refused' : 'failed');
      throw error;
    }
  }

  async #send(operation: CloudOperation, variables: string, signal: AbortSignal): Promise<void> {
    const query = JSON.stringify(operations[operation]);
    const body = `{"operationName":"${operation}","query":${query},"variables":${variables}}`;
    // A token that was withdrawn is noticed here: one more try, with a new one.
    for (const isLast of [false, true]) {
      const token = await this.#tokens.get();
      const answer = await this.#post({ token, body }, signal);
      if (answer.status === 401) {
        this.#tokens.refuse(token);
        if (isLast) throw new CloudError('unauthorized', 'the cloud does not take its own access token');
        continue;
      }
      checkAnswer(answer);
      return;
    }
  }

  async #post(
    { token, body }: { readonly token: string; readonly body: string },
    signal: AbortSignal,
  ): Promise<PostAnswer> {
    const { http, address, timeout } = this.#options;
    try {
      return await http.post({
        url: `${address}/graphql/v1beta`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
        body,
        timeout,
        signal,
      });
    } catch (cause) {
      if (cause instanceof HttpError) throw new CloudError('unreachable', 'the cloud gave no answer', { cause });
      throw cause;
    }
  }
}

/** Statuses by which a server refuses what was sent, whoever sends it and whenever. */
const refusing: ReadonlySet<number> = new Set([400, 413, 422]);

function checkAnswer({ status, body: text, retryAfter }: PostAnswer): void {
  const reason = `HTTP status ${status}: ${text.slice(0, longestReason)}`;
  if (refusing.has(status)) throw new CloudError('refused', reason);
  if (status !== 200) throw new CloudError('unreachable', reason, { retryAfter });
  const answer = parse(text);
  if (typeof answer !== 'object' || answer === null || !('data' in answer || 'errors' in answer))
    throw new CloudError('unreachable', `an answer that is none of the cloud: ${text.slice(0, longestReason)}`);
  const errors: readonly unknown[] = 'errors' in answer && Array.isArray(answer.errors) ? answer.errors : [];
  if (errors.length > 0) throw new CloudError('refused', JSON.stringify(errors).slice(0, longestReason));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CloudError('unreachable', `an answer that is not JSON: ${text.slice(0, longestReason)}`, { cause });
  }
}
