import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { KubeConnection } from '@network-mapper/kube';
import type { Caller, Identity } from './caller.ts';
import { Decisions } from './decisions.ts';

/** The audience of tokens that are made for the mapper; people send those of the API server. */
const audience = 'network-mapper';

export interface AuthenticatorOptions {
  readonly connection: KubeConnection;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

type Review = { readonly kind: 'identified'; readonly identity: Identity } | { readonly kind: 'refused' };

/** Longer ones are no tokens of Kubernetes; the API server takes up to 1 MiB of headers and bodies. */
const longestToken = 16_384;
/** A refusal is cached for less long: a token may become valid when clocks differ. In milliseconds. */
const refusedFor = 10_000;
const identifiedFor = 60_000;

/**
 * Finds out who asks: by the loopback, or by a TokenReview of the bearer token (RFC 6750), at most one a minute for
 * each token.
 */
export class Authenticator {
  readonly #reviews: Decisions<Review>;
  /** Tokens that are being reviewed, by their hashes: nothing else holds one. */
  readonly #tokens = new Map<string, string>();

  constructor({ connection, clock }: AuthenticatorOptions) {
    this.#reviews = new Decisions({
      clock,
      maxInFlight: 16,
      freshFor: ({ kind }) => (kind === 'identified' ? identifiedFor : refusedFor),
      decide: async hash => review(connection, this.#tokens.get(hash) ?? ''),
    });
  }

  /** Throws UndecidedError. */
  async identify({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): Promise<Caller> {
    const { authorization } = headers;
    if (authorization === undefined) {
      if (isLoopback(socket.remoteAddress ?? '')) return { kind: 'loopback' };
      return { kind: 'unknown', problem: 'a bearer token is needed' };
    }
    const token = /^Bearer +([\w~+/.-]+=*)$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > longestToken)
      return { kind: 'unknown', problem: 'the Authorization header holds no bearer token' };
    const hash = createHash('sha256').update(token).digest('base64');
    this.#tokens.set(hash, token);
    try {
      const reviewed = await this.#reviews.of(hash);
      return reviewed.kind === 'identified'
        ? { kind: 'identified', identity: reviewed.identity }
        : {
            kind: 'unknown',
            problem: 'the API server does not vouch for the token: it is expired, or for another audience',
          };
    } finally {
      this.#tokens.delete(hash);
    }
  }
}

/** A token says itself for whom it is; whether that is true is for the API server to say. */
async function review(connection: KubeConnection, token: string): Promise<Review> {
  const audiences = audiencesIn(token).includes(audience) ? { audiences: [audience] } : {};
  const answer = (await connection.create('/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, ...audiences },
  })) as TokenReview;
  const { authenticated, user } = answer.status ?? {};
  if (authenticated !== true || user?.username === undefined) return { kind: 'refused' };
  const { username, uid = '', groups = [], extra = {} } = user;
  return { kind: 'identified', identity: { username, uid, groups, extra } };
}

/** The members of a TokenReview that are read. */
interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: Partial<Identity>;
  };
}

/** The claim `aud` of a JWT (RFC 7519 section 4.1.3); empty for what is none. */
function audiencesIn(token: string): readonly unknown[] {
  const payload = token.split('.')[1];
  if (payload === undefined) return [];
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly aud?: unknown };
    return Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** 127.0.0.0/8 (RFC 1122 section 3.2.1.3), ::1 (RFC 4291 section 2.5.3), and IPv4 mapped into IPv6. */
function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
