import type { IncomingMessage } from 'node:http';
import type { KubeConnection } from '@network-mapper/kube';
import { AccessReviews } from './access-reviews.ts';
import { Authorizer, everything, type AuthMode, type AuthorizerOptions, type Decision } from './access.ts';
import { Authenticator } from './authenticator.ts';
import type { Caller } from './caller.ts';
import { UndecidedError } from './decisions.ts';

export interface GuardOptions extends Omit<AuthorizerOptions, 'reviews'> {
  readonly mode: AuthMode;
  readonly connection: KubeConnection;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

/** The door of the API. */
export interface Guard {
  /** Who asks. Throws UndecidedError in mode `required`. */
  identify(request: Pick<IncomingMessage, 'headers' | 'socket'>): Promise<Caller>;
  /** What they may do with some fields. Throws UndecidedError in mode `required`. */
  decide(caller: Caller, fields: readonly string[]): Promise<Decision>;
}

export function createGuard(options: GuardOptions): Guard {
  const { mode, connection, clock, refused } = options;
  const authenticator = new Authenticator({ connection, clock });
  const authorizer = new Authorizer({ ...options, reviews: new AccessReviews({ connection, clock }) });
  const open: Decision = { kind: 'allowed', access: everything };
  switch (mode) {
    case 'none':
      return { identify: () => Promise.resolve({ kind: 'loopback' }), decide: () => Promise.resolve(open) };
    case 'required':
      return {
        identify: request => authenticator.identify(request),
        decide: (caller, fields) => authorizer.decide(caller, fields),
      };
    case 'permissive':
      return {
        identify: request => orUnknown(authenticator.identify(request)),
        decide: async (caller, fields) => {
          const decision = await orUnknown(authorizer.decide(caller, fields));
          if (decision.kind === 'unknown') refused(decision.problem);
          if (decision.kind !== 'allowed') return open;
          const { name } = decision.access.sender;
          return { kind: 'allowed', access: { ...everything, sender: { name, node: undefined } } };
        },
      };
  }
}

/** Whoever is not known is let in all the same. */
async function orUnknown<T>(asked: Promise<T>): Promise<T | Extract<Caller, { kind: 'unknown' }>> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof UndecidedError) return { kind: 'unknown', problem: error.message };
    throw error;
  }
}
