import { MapperClient, operations, type Dialect, type MapperAnswer, type MapperRequest } from '@network-mapper/api';
import { HttpPost, type HttpPostOptions } from './http-post.ts';
import type { Outcome } from './outcome.ts';

export interface MapperLinkOptions extends HttpPostOptions {
  readonly url: string;
  /** Milliseconds that a report may take at most, all tries together. */
  readonly timeout: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /**
   * Called when another mapper answers than before, or one that was reset: what the one before acknowledged is lost.
   */
  readonly onReplaced: () => void;
  /** Called when the mapper answers again after a time without an answer. */
  readonly onBack: () => void;
}

export interface ReportRequest extends Omit<MapperRequest, 'variables'> {
  readonly variables: (dialect: Dialect) => Readonly<Record<string, unknown>>;
}

type Data = Readonly<Record<string, unknown>>;
type Answer = MapperAnswer<Data>;

/** Milliseconds after which a mapper that refused our additions is asked with them again. */
const retryExtendedAfter = 10 * 60_000;
/** Bytes from which a report is compressed. */
const compressAbove = 16 * 1024;
/**
 * Milliseconds for the answer to a probe; over a connection that was open before, which the network may have lost,
 * fewer.
 */
const probeTimeouts = { answerTimeout: 3_000, reusedAnswerTimeout: 1_000 };

/**
 * Speaks to a mapper of any age: a mapper that does not know our additions (HTTP 422) gets the same without them, and
 * is asked again with them some minutes later. Each answer names the run of the mapper, the original's do not: when
 * that changes, everything that was learnt about the mapper is forgotten.
 */
export class MapperLink {
  readonly #options: MapperLinkOptions;
  readonly #http: HttpPost;
  readonly #client: MapperClient;
  /** Used once the mapper has shown that it is not the original, which takes no compressed reports. */
  readonly #compressingClient: MapperClient;
  /** Over a connection of its own: a new mapper is noticed while a report still waits for the one before. */
  readonly #probes: HttpPost;
  readonly #probeClient: MapperClient;
  #refusedAt = -Infinity;
  #acceptsGzip = false;
  /** The run of the mapper that answered last: undefined for the original's; absent before the first answer. */
  #heard: { readonly mapper: string | undefined; readonly at: number } | undefined;
  #isAway = false;

  constructor(options: MapperLinkOptions) {
    const { url, timeout } = options;
    this.#options = options;
    this.#http = new HttpPost(options);
    this.#probes = new HttpPost({ ...options, ...probeTimeouts });
    this.#client = new MapperClient({ url, timeout, post: this.#http.post });
    this.#compressingClient = new MapperClient({ url, timeout, compressAbove, post: this.#http.post });
    this.#probeClient = new MapperClient({ url, timeout, post: this.#probes.post });
  }

  get dialect(): Dialect {
    return this.#options.clock() - this.#refusedAt < retryExtendedAfter ? 'original' : 'extended';
  }

  /** Reports in the form that the mapper understands. */
  async report(request: ReportRequest, signal: AbortSignal): Promise<Outcome> {
    const { dialect } = this;
    const answer = await this.#ask(request, { dialect, signal });
    if (answer.kind === 'unsupported' && answer.isMappers && dialect === 'extended') {
      this.#refuse();
      return toOutcome(await this.#ask(request, { dialect: 'original', signal }), request);
    }
    if (answer.kind === 'answered' && dialect === 'extended') this.#acceptsGzip = true;
    return toOutcome(answer, request);
  }

  /** Reports what only a mapper with our additions understands; the original is not asked. */
  async reportExtended(request: ReportRequest, signal: AbortSignal): Promise<Outcome> {
    if (this.dialect === 'original') return { kind: 'accepted' };
    const answer = await this.#ask(request, { dialect: 'extended', signal });
    if (answer.kind !== 'unsupported' || !answer.isMappers) return toOutcome(answer, request);
    this.#refuse();
    return { kind: 'accepted' };
  }

  /** Milliseconds since the mapper answered; infinite while it is not there. */
  get sinceAnswer(): number {
    return this.#heard === undefined || this.#isAway ? Infinity : this.#options.clock() - this.#heard.at;
  }

  /** Asks who the mapper is. */
  async probe(signal: AbortSignal): Promise<void> {
    this.#hear(
      (await this.#askHealth(signal)) ?? (await this.#probeClient.ask<Data>(operations.health, signal)),
      signal,
    );
  }

  /** `GET /healthz` costs the mapper a third of a query. Undefined when its answer does not show who gave it. */
  async #askHealth(signal: AbortSignal): Promise<Answer | undefined> {
    try {
      const { status, mapper } = await this.#probes.get(
        `${this.#client.url.slice(0, -'/query'.length)}/healthz`,
        signal,
      );
      const isAsBefore = this.#heard !== undefined && this.#heard.mapper === mapper;
      return status === 200 && (mapper !== undefined || isAsBefore)
        ? { kind: 'answered', data: {}, mapper }
        : undefined;
    } catch (error) {
      return { kind: 'failed', problem: error instanceof Error ? error.message : String(error) };
    }
  }

  async #ask(
    { document, operationName, variables }: ReportRequest,
    { dialect, signal }: { readonly dialect: Dialect; readonly signal: AbortSignal },
  ): Promise<Answer> {
    const client = this.#acceptsGzip ? this.#compressingClient : this.#client;
    const answer = await client.ask<Data>({ document, operationName, variables: variables(dialect) }, signal);
    this.#hear(answer, signal);
    return answer;
  }

  #refuse(): void {
    this.#refusedAt = this.#options.clock();
    this.#acceptsGzip = false;
  }

  #hear(answer: Answer, signal: AbortSignal): void {
    if (answer.kind === 'failed' || (answer.kind === 'unsupported' && !answer.isMappers)) {
      if (!signal.aborted) this.#isAway = true;
      return;
    }
    const before = this.#heard;
    const wasAway = this.#isAway;
    this.#heard = { mapper: answer.mapper, at: this.#options.clock() };
    this.#isAway = false;
    if (before !== undefined && before.mapper !== answer.mapper) {
      this.#refusedAt = -Infinity;
      this.#acceptsGzip = false;
      // A report that waits on a connection to the mapper before fails now, and is sent to the new one.
      this.#http.dropConnections();
      this.#options.onReplaced();
    }
    if (wasAway) this.#options.onBack();
  }
}

function toOutcome(answer: Answer, { operationName }: ReportRequest): Outcome {
  switch (answer.kind) {
    case 'answered':
      return toAcknowledgement(answer.data[operationName]);
    case 'unsupported':
      return { kind: answer.isMappers ? 'rejected' : 'retry', problem: answer.problem };
    case 'refused':
      return { kind: isRejection(answer.status) ? 'rejected' : 'retry', problem: answer.problem };
    case 'failed':
      return { kind: 'retry', problem: answer.problem };
  }
}

/** Only `true` under the mutation's own name says that the report was taken. */
function toAcknowledgement(result: unknown): Outcome {
  if (result === true) return { kind: 'accepted' };
  const problem =
    result === false ? 'the mapper is full and took nothing' : 'the answer does not say that it was taken';
  return { kind: 'retry', problem };
}

/**
 * The request itself is wrong; 408 and 429 ask for another try, 401 to 404 speak of the way there (a proxy, a
 * start-up).
 */
function isRejection(status: number): boolean {
  return status === 400 || status === 413;
}
