import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { InputError } from './input-error.ts';
import { DocumentError, Operation, parseDocument, type OperationParts } from './operation.ts';
import { RecentMap } from './recent-map.ts';

/** A request as GraphQL over HTTP sends it, by whichever transport. */
export interface GraphqlRequest {
  readonly query?: string | undefined;
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions?: { readonly persistedQuery?: { readonly sha256Hash?: string } } | undefined;
}

/** A request that cannot be answered at all. */
export class RequestError extends Error {
  readonly status: 400 | 405 | 406 | 413 | 415;

  constructor(status: RequestError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/** An answer is written for this long, in milliseconds, before others get their turn. */
const turnLength = 10;
/** Longer documents are not kept: none of a known client is. */
const longestKept = 16_384;

/** Answers GraphQL requests with the status codes that clients of the original rely on: 422 for what does not fit the schema. */
export class GraphqlEndpoint {
  readonly #parts: OperationParts;
  readonly #onFailure: (error: unknown) => void;
  readonly #operations = new RecentMap<string, Operation>(1_000);
  /** Automatic persisted queries, by the SHA-256 of their text. */
  readonly #persisted = new RecentMap<string, string>(100);

  /** `onFailure` is told of errors that are ours, not the client's. */
  constructor(parts: OperationParts, onFailure: (error: unknown) => void) {
    this.#parts = parts;
    this.#onFailure = onFailure;
  }

  async answer(
    request: GraphqlRequest,
    response: ServerResponse,
    { readOnly }: { readonly readOnly: boolean },
  ): Promise<void> {
    const pieces = this.#run(request, readOnly);
    let first: IteratorResult<string>;
    let text = '{"data":';
    try {
      // Nothing is sent before the first fields are resolved: until then an error has a status of its own.
      do {
        first = await pieces.next();
        text += first.done === true ? '' : first.value;
      } while (first.done !== true && text.length < 4_096);
    } catch (error) {
      this.#answerError(error, response);
      return;
    }
    if (first.done === true) {
      sendJson(response, 200, `${text}}`);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    await this.#stream(text, pieces, response);
  }

  async *#run(request: GraphqlRequest, readOnly: boolean): AsyncGenerator<string> {
    const operation = this.#operation(this.#text(request), request.operationName);
    if (readOnly && operation.isMutation) throw new RequestError(406, 'GET requests only allow query operations');
    yield* operation.run(operation.variables(request.variables));
  }

  async #stream(text: string, pieces: AsyncGenerator<string>, response: ServerResponse): Promise<void> {
    try {
      let turnEnds = performance.now() + turnLength;
      response.write(text);
      for await (const piece of pieces) {
        if (response.destroyed) return;
        if (piece !== '' && !response.write(piece)) await drained(response);
        // The system may take all at once: then nobody else had a turn, however often this waited.
        if (performance.now() < turnEnds) continue;
        await turn();
        turnEnds = performance.now() + turnLength;
      }
      response.end('}');
    } catch (error) {
      // The status is sent: only a broken connection can still say that the answer is not whole.
      this.#onFailure(error);
      response.destroy();
    }
  }

  #text({ query, extensions }: GraphqlRequest): string {
    const hash = extensions?.persistedQuery?.sha256Hash;
    if (typeof hash !== 'string') {
      if (query === undefined) throw new InputError('no operation provided');
      return query;
    }
    if (query === undefined || query === '') {
      const known = this.#persisted.get(hash);
      if (known === undefined)
        throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
      return known;
    }
    if (createHash('sha256').update(query).digest('hex') !== hash)
      throw new GraphQLError('provided APQ hash does not match query');
    if (query.length <= longestKept) this.#persisted.set(hash, query);
    return query;
  }

  #operation(text: string, name: string | undefined): Operation {
    const key = `${name ?? ''}\0${text}`;
    const known = this.#operations.get(key);
    if (known !== undefined) return known;
    const operation = new Operation(parseDocument(this.#parts.schema, text), name, this.#parts);
    if (text.length <= longestKept) this.#operations.set(key, operation);
    return operation;
  }

  #answerError(error: unknown, response: ServerResponse): void {
    if (error instanceof DocumentError) {
      const errors = error.errors.map(({ message, locations }) => ({
        message: message.replace(/^Syntax Error: /, ''),
        locations,
        extensions: { code: error.code },
      }));
      sendErrors(response, 422, errors);
      return;
    }
    if (error instanceof InputError) {
      const { message, path } = error;
      const where = path.length > 0 ? { path } : {};
      if (error.phase === 'execution') {
        sendErrors(response, 200, [{ message, ...where }]);
        return;
      }
      sendErrors(response, 422, [{ message, ...where, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
      return;
    }
    if (error instanceof RequestError) {
      sendErrors(response, error.status, [{ message: error.message }]);
      return;
    }
    if (error instanceof GraphQLError) {
      sendErrors(response, 200, [{ message: error.message, extensions: error.extensions }]);
      return;
    }
    this.#onFailure(error);
    sendErrors(response, 200, [{ message: 'internal system error' }]);
  }
}

/** Settles when the client has taken what was written, or is gone. */
async function drained(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once('close', leave);
  await once(response, 'drain', { signal: gone.signal }).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
  response.off('close', leave);
}

export function sendErrors(response: ServerResponse, status: number, errors: readonly object[]): void {
  sendJson(response, status, JSON.stringify({ errors, data: null }));
}

/** A short answer goes out in one piece. */
function sendJson(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
