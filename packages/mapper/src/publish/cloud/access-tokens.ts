import { HttpError, type HttpClient, type PostAnswer } from '../outgoing/http-client.ts';
import { CloudError } from './cloud-error.ts';

export interface AccessTokensOptions {
  readonly http: HttpClient;
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds that one request for a token may take. */
  readonly timeout: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

interface Token {
  readonly text: string;
  /** When it must not be used any more, by the monotonic clock. */
  readonly until: number;
}

/** A token is not used in the last milliseconds of its life. */
const margin = 10_000;

/** OAuth 2.0 tokens of a client with credentials of its own (RFC 6749 section 4.4), asked for once for all users. */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  /** A token that is valid for some seconds at least. Throws CloudError. */
  async get(): Promise<string> {
    const known = this.#token;
    if (known !== undefined && this.#options.clock() < known.until) return known.text;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return (this.#token = await this.#asking).text;
  }

  /** The server does not take this token any more: the next one is asked for. */
  refuse(text: string): void {
    if (this.#token?.text === text) this.#token = undefined;
  }

  async #ask(): Promise<Token> {
    const { http, url, clientId, clientSecret, timeout, clock } = this.#options;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const asked = clock();
    const given = await http
      .post({
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
        timeout,
        signal: new AbortController().signal,
      })
      .catch((cause: unknown) => {
        throw new CloudError('unreachable', 'no access token could be had', { cause });
      });
    const { status } = given;
    const answer = readAnswer(given);
    if (status < 200 || status > 299 || answer.error !== undefined)
      throw new CloudError(
        'unauthorized',
        `no access token was given: HTTP status ${status}, ${answer.error ?? 'no reason'}`,
      );
    const { access_token: text, token_type: type = 'bearer', expires_in: lifetime = '0' } = answer;
    if (text === undefined || text === '') throw new CloudError('unreachable', 'the answer has no access token');
    if (type.toLowerCase() !== 'bearer')
      throw new CloudError('unreachable', `access tokens of the type ${type.slice(0, 20)} are not known`);
    const seconds = Number(lifetime);
    return { text, until: seconds > 0 ? asked + seconds * 1000 - margin : Infinity };
  }
}

type TokenAnswer = Readonly<Partial<Record<'access_token' | 'token_type' | 'expires_in' | 'error', string>>>;

/** JSON, or what is sent as a form. */
function readAnswer({ contentType, body }: PostAnswer): TokenAnswer {
  if (/^(application\/x-www-form-urlencoded|text\/plain)/.test(contentType))
    return Object.fromEntries(new URLSearchParams(body));
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer !== 'object' || answer === null) return {};
    return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw new HttpError('the answer cannot be read', { cause: error });
  }
}
