import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Right } from './access-rules.ts';
import { sendJson } from './response.ts';

/** Whom a token belongs to, as a TokenReview says it (authentication.k8s.io/v1). */
export interface TokenOwner {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** For whom the token is; the API server itself unless given. */
  readonly audiences?: readonly string[];
}

/** What a SubjectAccessReview asks (authorization.k8s.io/v1). */
export interface AccessQuestion {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty for all. */
  readonly namespace: string;
}

const serverAudience = 'https://kubernetes.default.svc';
const rights: Readonly<Record<string, Right>> = {
  '/apis/authentication.k8s.io/v1/tokenreviews': {
    verb: 'create',
    group: 'authentication.k8s.io',
    resource: 'tokenreviews',
  },
  '/apis/authorization.k8s.io/v1/subjectaccessreviews': {
    verb: 'create',
    group: 'authorization.k8s.io',
    resource: 'subjectaccessreviews',
  },
};

interface TokenReviewSpec {
  readonly token: string;
  readonly audiences?: readonly string[];
}

interface AccessReviewSpec {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes?: Partial<Record<string, string>>;
}

/** Answers TokenReviews and SubjectAccessReviews. */
export class Reviews {
  /** Owners by token. */
  readonly tokens = new Map<string, TokenOwner>();
  /** Whether somebody may do something: nobody anything unless set. */
  allows: (question: AccessQuestion) => boolean = () => false;
  #tokenReviews = 0;
  #accessReviews = 0;

  /** How many there were since the start. */
  get counts(): { readonly token: number; readonly access: number } {
    return { token: this.#tokenReviews, access: this.#accessReviews };
  }

  /** What somebody needs who asks for a review; undefined for any other request. */
  reviewed({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): Right | undefined {
    return method === 'POST' ? rights[url] : undefined;
  }

  async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(message)) as { readonly spec: TokenReviewSpec & AccessReviewSpec };
    const status =
      this.reviewed(message)?.resource === 'tokenreviews' ? this.#token(body.spec) : this.#access(body.spec);
    sendJson(response, 201, { ...body, status });
  }

  #token({ token, audiences = [serverAudience] }: TokenReviewSpec): object {
    this.#tokenReviews++;
    const owner = this.tokens.get(token);
    const shared = (owner?.audiences ?? [serverAudience]).filter(audience => audiences.includes(audience));
    if (owner === undefined || shared.length === 0) return { error: 'the token is not valid' };
    const { username, uid = '', groups = [], extra = {} } = owner;
    return { authenticated: true, audiences: shared, user: { username, uid, groups, extra } };
  }

  #access({ user = '', groups = [], resourceAttributes: asked = {} }: AccessReviewSpec): object {
    this.#accessReviews++;
    const { verb = '', group = '', resource = '', subresource = '', namespace = '' } = asked;
    return { allowed: this.allows({ user, groups, verb, group, resource, subresource, namespace }) };
  }
}
