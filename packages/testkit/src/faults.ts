import type { ResourceRequest } from './api-request.ts';
import type { ApiStatus } from './status.ts';

/** Which requests are meant; what is left out matches everything. */
export interface RequestMatch {
  readonly verb?: ResourceRequest['verb'];
  /** As in the path: `pods`. */
  readonly plural?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** What goes wrong with a request. */
export type Fault =
  | { readonly kind: 'refuse'; readonly status: ApiStatus }
  /** Answered rightly, but only after so many milliseconds. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The connection is cut without an answer. */
  | { readonly kind: 'cut' }
  /** Never answered. */
  | { readonly kind: 'hang' };

export function requestMatches(match: RequestMatch, request: ResourceRequest): boolean {
  return (['verb', 'plural', 'namespace', 'name'] as const).every(
    part => match[part] === undefined || match[part] === request[part],
  );
}

/** The faults in force. */
export class Faults {
  readonly #faults = new Set<{ readonly match: RequestMatch; readonly fault: Fault }>();

  /** From now until the returned function is called, requests that match go wrong so. */
  inject(match: RequestMatch, fault: Fault): () => void {
    const entry = { match, fault };
    this.#faults.add(entry);
    return () => void this.#faults.delete(entry);
  }

  /** What goes wrong with this request: of several, what was injected last. */
  for(request: ResourceRequest): Fault | undefined {
    return [...this.#faults].findLast(({ match }) => requestMatches(match, request))?.fault;
  }
}
