import type { MapperAnswer, MapperClient, MapperRequest } from '@network-mapper/api';
import type { Outcome } from './outcome.ts';

/** Which form of a report the mapper understands: `extended` has our additions, `original` has none of them. */
export type Dialect = 'extended' | 'original';

export interface MapperLinkOptions {
  readonly client: MapperClient;
  /** Used once the mapper has shown that it is not the original, e.g. because it compresses. */
  readonly modernClient: MapperClient;
  /** Milliseconds for which a mapper that refused the additions is spoken to without them. */
  readonly rememberRefusal: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Called when another mapper answers than before: what the one before was told is lost. */
  readonly mapperReplaced: () => void;
}

export interface ReportRequest extends Omit<MapperRequest, 'variables'> {
  readonly variables: (dialect: Dialect) => Readonly<Record<string, unknown>>;
}

const health = { document: 'query Health { health }', operationName: 'Health' };

/**
 * Speaks to a mapper of any age: a mapper that does not know the additions (HTTP 422) is told the same without
 * them, and asked again with them some minutes later, for it may have been replaced.
 */
export class MapperLink {
  readonly #options: MapperLinkOptions;
  #refusedAt = -Infinity;
  #modern = false;
  #mapper: string | undefined;

  constructor(options: MapperLinkOptions) {
    this.#options = options;
  }

  get dialect(): Dialect {
    const { clock, rememberRefusal } = this.#options;
    return clock() - this.#refusedAt < rememberRefusal ? 'original' : 'extended';
  }

  /** Tells the mapper in the form it understands. */
  async report(request: ReportRequest, signal: AbortSignal): Promise<Outcome> {
    const { dialect } = this;
    const answer = await this.#ask(request, { dialect, signal });
    if (answer.kind === 'unsupported' && dialect === 'extended') {
      this.#refusedAt = this.#options.clock();
      this.#modern = false;
      return toOutcome(await this.#ask(request, { dialect: 'original', signal }));
    }
    if (answer.kind === 'answered' && dialect === 'extended') this.#modern = true;
    return toOutcome(answer);
  }

  /** Tells what only a mapper with our additions understands; the original is not asked. */
  async reportExtended(request: ReportRequest, signal: AbortSignal): Promise<Outcome> {
    if (this.dialect === 'original') return { kind: 'accepted' };
    const answer = await this.#ask(request, { dialect: 'extended', signal });
    if (answer.kind !== 'unsupported') return toOutcome(answer);
    this.#refusedAt = this.#options.clock();
    return { kind: 'accepted' };
  }

  /** Asks only whether the mapper is there, to learn in time that it was replaced. */
  async probe(signal: AbortSignal): Promise<void> {
    await this.#ask({ ...health, variables: () => ({}) }, { dialect: this.dialect, signal });
  }

  async #ask(
    { document, operationName, variables }: ReportRequest,
    { dialect, signal }: { readonly dialect: Dialect; readonly signal: AbortSignal },
  ): Promise<MapperAnswer<Readonly<Record<string, unknown>>>> {
    const client = this.#modern ? this.#options.modernClient : this.#options.client;
    const answer = await client.ask<Readonly<Record<string, unknown>>>(
      { document, operationName, variables: variables(dialect) },
      signal,
    );
    if (answer.kind === 'answered') this.#heardFrom(answer.mapper);
    return answer;
  }

  #heardFrom(mapper: string | undefined): void {
    const before = this.#mapper;
    this.#mapper = mapper;
    if (before !== undefined && before !== mapper) this.#options.mapperReplaced();
  }
}

function toOutcome(answer: MapperAnswer<Readonly<Record<string, unknown>>>): Outcome {
  switch (answer.kind) {
    case 'answered':
      return Object.values(answer.data).includes(false)
        ? { kind: 'retry', problem: 'the mapper is full and took nothing' }
        : { kind: 'accepted' };
    case 'unsupported':
      return { kind: 'rejected', problem: answer.problem };
    case 'failed':
      return { kind: isRejection(answer.status) ? 'rejected' : 'retry', problem: answer.problem };
  }
}

/** The request itself is wrong; 408 and 429 ask for another try, 401 to 404 speak of the way there (a proxy, a start-up). */
function isRejection(status: number | undefined): boolean {
  return status === 400 || status === 413;
}
