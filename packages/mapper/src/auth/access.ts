import type { AccessReviews, Right, Scope } from './access-reviews.ts';
import { nodeOf, serviceAccountOf, type Caller, type Identity } from './caller.ts';

export const authModes = ['none', 'permissive', 'required'] as const;
export type AuthMode = (typeof authModes)[number];

/** Who reports. */
export interface Sender {
  /** Distinguishes senders; empty where nobody is known. */
  readonly name: string;
  /** The node for which it speaks; undefined for senders that are bound to none. */
  readonly node: string | undefined;
}

/** What one request may see and do. */
export interface Access {
  /** Namespaces of which edges may be seen. */
  readonly edges: Scope;
  /** Namespaces of which what is not on the map may be seen. */
  readonly unmapped: Scope;
  readonly sender: Sender;
}

export type Decision =
  | { readonly kind: 'allowed'; readonly access: Access }
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly problem: string };

export interface AuthorizerOptions {
  readonly reviews: AccessReviews;
  /** `namespace/name` of the ServiceAccounts that may report. */
  readonly agents: ReadonlySet<string>;
  /** Namespaces that edges are of. */
  readonly namespaces: () => Iterable<string>;
  /** Called for each request that is refused, or would be. */
  readonly refused: (problem: string) => void;
}

const anonymous: Sender = { name: '', node: undefined };
export const everything: Access = { edges: 'all', unmapped: 'all', sender: anonymous };
const nothing: ReadonlySet<string> = new Set();

/** What a field of the API needs. `none` are those that say nothing about the cluster. */
type Need = 'none' | 'edges' | 'unmapped' | 'all-unmapped' | 'reset' | 'report';

const needs: Readonly<Record<string, Need>> = {
  health: 'none',
  __schema: 'none',
  __type: 'none',
  __typename: 'none',
  intents: 'edges',
  serviceIntents: 'edges',
  externalTraffic: 'edges',
  incomingTraffic: 'edges',
  cloudOperations: 'edges',
  trafficLevels: 'edges',
  serviceIdentity: 'edges',
  changes: 'edges',
  workload: 'edges',
  unmapped: 'unmapped',
  agents: 'all-unmapped',
  resetCapture: 'reset',
};

function needOf(field: string): Need {
  // A field that is not listed reports, or is new: then only agents may.
  return needs[field] ?? 'report';
}

/** Decides what a caller may do with some fields of the API. */
export class Authorizer {
  readonly #options: AuthorizerOptions;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** Throws UndecidedError. */
  async decide(caller: Caller, fields: readonly string[]): Promise<Decision> {
    const decision = await this.#decide(caller, new Set(fields.map(needOf)));
    if (decision.kind === 'refused') this.#options.refused(decision.problem);
    return decision;
  }

  async #decide(caller: Caller, needed: ReadonlySet<Need>): Promise<Decision> {
    if ([...needed].every(need => need === 'none')) return { kind: 'allowed', access: everything };
    switch (caller.kind) {
      case 'unknown':
        return { kind: 'refused', status: 401, problem: caller.problem };
      case 'loopback':
        return needed.has('report')
          ? { kind: 'refused', status: 403, problem: 'only agents may report, with their tokens' }
          : { kind: 'allowed', access: everything };
      case 'identified':
        return this.#decideFor(caller.identity, needed);
    }
  }

  async #decideFor(identity: Identity, needed: ReadonlySet<Need>): Promise<Decision> {
    const account = serviceAccountOf(identity);
    const isAgent = account !== undefined && this.#options.agents.has(account);
    if (needed.has('report') && !isAgent) return refusal(identity, 'report');
    if (
      needed.has('reset') &&
      !(await this.#allows(identity, { verb: 'create', resource: 'edges', subresource: 'reset' }))
    )
      return refusal(identity, 'reset the map');
    const edges = needed.has('edges') ? await this.#scope(identity, 'edges') : nothing;
    if (needed.has('edges') && isNothing(edges)) return refusal(identity, 'list edges in any namespace');
    const wantsUnmapped = needed.has('unmapped') || needed.has('all-unmapped');
    const unmapped = wantsUnmapped ? await this.#scope(identity, 'unmapped') : nothing;
    if (needed.has('unmapped') && isNothing(unmapped)) return refusal(identity, 'list unmapped in any namespace');
    if (needed.has('all-unmapped') && unmapped !== 'all') return refusal(identity, 'list unmapped in all namespaces');
    const node = nodeOf(identity);
    return {
      kind: 'allowed',
      access: { edges, unmapped, sender: { name: `${identity.username} ${node ?? ''}`, node } },
    };
  }

  #allows(identity: Identity, right: Right): Promise<boolean> {
    return this.#options.reviews.allows(identity, right, undefined);
  }

  #scope(identity: Identity, resource: 'edges' | 'unmapped'): Promise<Scope> {
    return this.#options.reviews.scope(identity, { verb: 'list', resource }, this.#options.namespaces());
  }
}

function isNothing(scope: Scope): boolean {
  return scope !== 'all' && scope.size === 0;
}

function refusal({ username }: Identity, action: string): Decision {
  return { kind: 'refused', status: 403, problem: `${username.slice(0, 253)} may not ${action}` };
}
