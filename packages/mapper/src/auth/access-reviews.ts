import type { KubeConnection } from '@network-mapper/kube';
import type { Identity } from './caller.ts';
import { Decisions } from './decisions.ts';

/** The group of the resources that roles name; nothing serves them. */
const group = 'network-mapper.otterize.com';

/** What may be done. */
export interface Right {
  readonly verb: 'list' | 'create';
  readonly resource: 'edges' | 'unmapped';
  readonly subresource?: 'reset';
}

/** Names of namespaces, or all there are. */
export type Scope = 'all' | ReadonlySet<string>;

export interface AccessReviewsOptions {
  readonly connection: KubeConnection;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

/** Asks the API server what somebody may, by SubjectAccessReviews, each at most once a minute. */
export class AccessReviews {
  readonly #decisions: Decisions<boolean>;

  constructor({ connection, clock }: AccessReviewsOptions) {
    this.#decisions = new Decisions({ clock, maxInFlight: 32, decide: key => review(connection, key) });
  }

  /** In one namespace, or in all of them. Throws UndecidedError. */
  async allows(identity: Identity, right: Right, namespace: string | undefined): Promise<boolean> {
    return this.#decisions.of(JSON.stringify([identity, right, namespace ?? '']));
  }

  /** In which of some namespaces: all at once where that is allowed. Throws UndecidedError. */
  async scope(identity: Identity, right: Right, namespaces: Iterable<string>): Promise<Scope> {
    if (await this.allows(identity, right, undefined)) return 'all';
    const asked = [...namespaces].map(
      async namespace => [namespace, await this.allows(identity, right, namespace)] as const,
    );
    return new Set((await Promise.all(asked)).filter(([, allowed]) => allowed).map(([namespace]) => namespace));
  }
}

async function review(connection: KubeConnection, key: string): Promise<boolean> {
  const [identity, { verb, resource, subresource }, namespace] = JSON.parse(key) as [Identity, Right, string];
  const { username: user, ...rest } = identity;
  const answer = (await connection.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user,
      ...rest,
      resourceAttributes: { group, verb, resource, namespace, ...(subresource === undefined ? {} : { subresource }) },
    },
  })) as { readonly status?: { readonly allowed?: boolean } };
  return answer.status?.allowed === true;
}
