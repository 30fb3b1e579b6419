import { Http1Messages, type BodyKind, type Http1Head } from './http1-messages.ts';
import { PassingRequest, type Tap, type TapOptions } from './exchange.ts';

/** Requests that wait for their answers at most; more are not pipelined by anybody. */
const mostWaiting = 64;

/** Reads along an HTTP/1.1 connection: requests are answered in their order (RFC 9112 §9.3.2). */
export class Http1Tap implements Tap {
  readonly #options: TapOptions;
  readonly #requests: Http1Messages;
  readonly #responses: Http1Messages;
  readonly #waiting: PassingRequest[] = [];
  #passing: PassingRequest | undefined;

  constructor(options: TapOptions) {
    this.#options = options;
    this.#requests = new Http1Messages({
      head: head => this.#requestHead(head),
      body: bytes => this.#passing?.body(bytes),
    });
    this.#responses = new Http1Messages({ head: head => this.#responseHead(head) });
  }

  get isLost(): boolean {
    return this.#requests.isLost || this.#responses.isLost || this.#waiting.length > mostWaiting;
  }

  fromClient(bytes: Buffer): void {
    if (!this.isLost) this.#requests.push(bytes);
  }

  fromServer(bytes: Buffer): void {
    if (!this.isLost) this.#responses.push(bytes);
  }

  #requestHead({ startLine, headers }: Http1Head): BodyKind {
    const [method = '', target = ''] = startLine.split(' ');
    const host = (headers.get('host') ?? this.#options.host).replace(/:\d+$/, '').toLowerCase();
    // The form for proxies has the whole address (RFC 9112 §3.2.2).
    const path = target.replace(/^https?:\/\/[^/]*/, '');
    this.#passing = new PassingRequest({ method, host, path: path === '' ? '/' : path, headers });
    this.#waiting.push(this.#passing);
    return 'by-headers';
  }

  #responseHead({ startLine }: Http1Head): BodyKind {
    const status = Number(startLine.split(' ')[1]);
    if (status === 101) return 'other-protocol';
    // 100 and 103 are not the answer yet.
    if (status < 200) return 'none';
    const request = this.#waiting.shift();
    if (request === undefined) return 'other-protocol';
    this.#options.finished(request.finished(status));
    return request.method === 'HEAD' || status === 204 || status === 304 ? 'none' : 'until-close';
  }
}
