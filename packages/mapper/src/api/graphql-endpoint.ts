import type { Access } from '../auth/access.ts';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { LruMap, TimeSlice, monotonicTime } from '@network-mapper/runtime';
import { GraphQLError } from 'graphql';
import { contentType, type AnswerForm } from './answer-form.ts';
import { AnswerSlots, type AnswerSlot } from './answer-slots.ts';
import { InputError } from './input-error.ts';
import { Operation, type OperationParts } from './operation.ts';
import { DocumentError, parseDocument } from './parse-document.ts';
import { RequestError } from './request-error.ts';
import { sendErrors, sendJson } from './send-errors.ts';

/** A request as GraphQL over HTTP sends it, by whichever transport. */
export interface GraphqlRequest {
  readonly query?: string | undefined;
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions?: { readonly persistedQuery?: { readonly sha256Hash?: string } } | undefined;
}

/** What the request may do with some fields; throws RequestError where it may not. */
export type Authorize = (fields: readonly string[]) => Promise<Access>;

export interface Answering {
  readonly form: AnswerForm;
  readonly authorize: Authorize;
  /** Mutations are refused. */
  readonly readOnly: boolean;
}

/**
 * Longer documents are not cached: none of a known client is, and their syntax trees have a hundred times their size.
 */
const longestCached = 4_096;
/** Answers up to about this many characters go out in one piece. */
const shortAnswer = 4_096;

/** Answers GraphQL requests. */
export class GraphqlEndpoint {
  readonly #parts: OperationParts;
  readonly #onFailure: (error: unknown) => void;
  readonly #operations = new LruMap<string, Operation>({ maxEntries: 64 });
  /** Automatic persisted queries, by the SHA-256 of their text. */
  readonly #persisted = new LruMap<string, string>({ maxEntries: 100 });
  readonly #slots = new AnswerSlots({ max: 16, maxWaiting: 500, patience: 2_000, clock: monotonicTime });

  /** `onFailure` is called with errors that are ours, not the client's. */
  constructor(parts: OperationParts, onFailure: (error: unknown) => void) {
    this.#parts = parts;
    this.#onFailure = onFailure;
  }

  async answer(request: GraphqlRequest, response: ServerResponse, answering: Answering): Promise<void> {
    const slice = new TimeSlice();
    const pieces = this.#run(request, answering, slice);
    let first: IteratorResult<string>;
    let text = '{"data":';
    try {
      // Nothing is sent before the first fields are resolved: until then an error has a status of its own.
      do {
        first = await pieces.next();
        text += first.done === true ? '' : first.value;
        if (slice.isOver()) await slice.next();
      } while (first.done !== true && text.length < shortAnswer && !response.destroyed);
    } catch (error) {
      this.#answerError(error, response, answering.form);
      return;
    }
    if (first.done === true) {
      sendJson(response, { status: 200, form: answering.form, text: `${text}}` });
      return;
    }
    using slot = await this.#slots.take(() => response.destroy());
    if (slot === undefined) {
      this.#answerError(
        new RequestError(503, 'too many long answers at once: try again later', 2),
        response,
        answering.form,
      );
      return;
    }
    response.writeHead(200, { 'content-type': contentType(answering.form) });
    await this.#stream(text, pieces, { response, slot, slice });
  }

  async *#run(request: GraphqlRequest, { readOnly, authorize }: Answering, slice: TimeSlice): AsyncGenerator<string> {
    const operation = await this.#operation(this.#text(request), { name: request.operationName, slice });
    if (readOnly && operation.isMutation) throw new RequestError(406, 'GET requests only allow query operations');
    if (slice.isOver()) await slice.next();
    const variables = operation.variables(request.variables);
    if (slice.isOver()) await slice.next();
    const access = await authorize(operation.rootFields(variables));
    yield* operation.run(variables, access);
  }

  async #stream(
    text: string,
    pieces: AsyncGenerator<string>,
    {
      response,
      slot,
      slice,
    }: { readonly response: ServerResponse; readonly slot: AnswerSlot; readonly slice: TimeSlice },
  ): Promise<void> {
    try {
      response.write(text);
      for await (const piece of pieces) {
        if (response.destroyed) return;
        if (piece !== '' && !response.write(Buffer.from(piece))) {
          slot.setBlocked(true);
          await drained(response);
          slot.setBlocked(false);
        }
        // The system may take all at once: then nobody else had a turn, however often this waited.
        if (slice.isOver()) await slice.next();
      }
      response.end('}');
    } catch (error) {
      // The status is sent: only a broken connection can still say that the answer is not whole.
      if (!(error instanceof InputError || error instanceof GraphQLError)) this.#onFailure(error);
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
    if (query.length <= longestCached) this.#persisted.set(hash, query);
    return query;
  }

  async #operation(
    text: string,
    { name, slice }: { readonly name: string | undefined; readonly slice: TimeSlice },
  ): Promise<Operation> {
    const key = `${name ?? ''}\0${text}`;
    const known = this.#operations.get(key);
    if (known !== undefined) return known;
    // To check a document takes some ten milliseconds at the most, and many may come at once.
    await slice.next();
    const operation = new Operation(parseDocument(this.#parts.schema, text), name, this.#parts);
    if (key.length <= longestCached) this.#operations.set(key, operation);
    return operation;
  }

  #answerError(error: unknown, response: ServerResponse, form: AnswerForm): void {
    /** The status of a request of which nothing was executed. */
    const refused = form === 'original' ? 422 : 400;
    if (error instanceof DocumentError) {
      const errors = error.errors.map(({ message, locations }) => ({
        message: message.replace(/^Syntax Error: /, ''),
        locations,
        extensions: { code: error.code },
      }));
      sendErrors(response, form, { status: refused, errors });
    } else if (error instanceof InputError) {
      const { message, path } = error;
      const where = path.length > 0 ? { path } : {};
      if (error.phase === 'execution' && form === 'original') {
        sendErrors(response, form, { status: 200, errors: [{ message, ...where }] });
        return;
      }
      const code = { code: 'GRAPHQL_VALIDATION_FAILED' };
      sendErrors(response, form, { status: refused, errors: [{ message, ...where, ...{ extensions: code } }] });
    } else if (error instanceof GraphQLError) {
      const { message, extensions } = error;
      sendErrors(response, form, { status: 200, errors: [{ message, ...{ extensions } }], executed: true });
    } else if (error instanceof RequestError) {
      throw error;
    } else {
      this.#onFailure(error);
      sendErrors(response, form, { status: 200, errors: [{ message: 'internal system error' }], executed: true });
    }
  }
}

/** Resolves when the client has taken what was written, or is gone. */
async function drained(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once('close', leave);
  await once(response, 'drain', { signal: gone.signal }).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
  response.off('close', leave);
}
