import { KubeError, objectPath, type KubeConnection, type Resource } from '@network-mapper/kube';
import type { Logger, Runnable } from '@network-mapper/runtime';
import { keepLooking } from '../keep-looking.ts';
import { advance, beginHistory, type AuthorityHistory, type HistoryOptions } from './authority-history.ts';

const secrets: Resource = { group: '', version: 'v1', plural: 'secrets', namespaced: true };

export interface AuthoritySecretOptions {
  readonly connection: KubeConnection;
  readonly namespace: string;
  readonly name: string;
  readonly history: HistoryOptions;
  readonly now: () => number;
  readonly logger: Logger;
  /** Milliseconds between two looks at the Secret; a minute unless given. */
  readonly lookInterval?: number | undefined;
}

/** What stands in the Secret; names of the original's keys where it had them. */
interface SecretData {
  readonly 'ca.crt'?: string;
  readonly 'ca.key'?: string;
  readonly 'next.crt'?: string;
  readonly 'next.key'?: string;
  readonly 'former.crt'?: string;
}

interface Stored {
  /** Undefined when the Secret holds none that can be used. */
  readonly history: AuthorityHistory | undefined;
  readonly resourceVersion: string;
}

/**
 * An authority that all copies of a program share by a Secret. The chart makes it, empty, so it goes with the rest.
 * Whoever is first puts the authority in, and whoever sees that it is due renews it.
 */
export class AuthoritySecret {
  readonly #options: AuthoritySecretOptions;
  readonly #changed: (history: AuthorityHistory) => Promise<void> | void;
  #seen = '';

  constructor(options: AuthoritySecretOptions, changed: (history: AuthorityHistory) => Promise<void> | void) {
    this.#options = options;
    this.#changed = changed;
  }

  /**
   * Reads it, makes or renews it where that is due, and hands it to `changed` when it is another one than before.
   * Throws KubeError.
   */
  async look(): Promise<void> {
    const stored = await this.#read();
    const { history: rules, now } = this.#options;
    const history = await advance(stored.history ?? (await beginHistory(now(), rules)), now(), rules);
    if (history !== stored.history && !(await this.#write(history, stored.resourceVersion))) return;
    const text = JSON.stringify(toData(history));
    if (text === this.#seen) return;
    this.#seen = text;
    await this.#changed(history);
  }

  runnable(): Runnable {
    const { name, logger, lookInterval = 60_000 } = this.#options;
    return keepLooking({
      name: `the authority in the Secret ${name}`,
      interval: lookInterval,
      look: () => this.look(),
      logger,
      problem: 'the Secret of the authority cannot be read',
      fields: { secret: name },
    });
  }

  async #read(): Promise<Stored> {
    const { connection, namespace, name } = this.#options;
    const secret = (await connection.getJson(objectPath(secrets, { namespace, name }))) as SecretObject;
    return { history: toHistory(secret.data ?? {}), resourceVersion: secret.metadata?.resourceVersion ?? '' };
  }

  /** False when somebody else changed it meanwhile: the next look sees what. */
  async #write(history: AuthorityHistory, resourceVersion: string): Promise<boolean> {
    const { connection, namespace, name } = this.#options;
    try {
      const change = { metadata: { resourceVersion }, data: toData(history) };
      await connection.mergePatch(objectPath(secrets, { namespace, name }), { change });
      return true;
    } catch (error) {
      if (error instanceof KubeError && error.status === 409) return false;
      throw error;
    }
  }
}

interface SecretObject {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly data?: SecretData;
}

function toData({ current, next, former }: AuthorityHistory): Readonly<Record<keyof SecretData, string | null>> {
  return {
    'ca.crt': base64(current.certificate),
    'ca.key': base64(current.key),
    'next.crt': next === undefined ? null : base64(next.certificate),
    'next.key': next === undefined ? null : base64(next.key),
    'former.crt': former.length === 0 ? null : base64(former.join('')),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Undefined when it holds no authority. */
function toHistory(data: SecretData): AuthorityHistory | undefined {
  const text = (key: keyof SecretData): string => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  const current = { certificate: text('ca.crt'), key: text('ca.key') };
  // The original's authority has a key of another kind, and may sign for all names: it is not used again.
  if (!current.key.includes('BEGIN PRIVATE KEY')) return undefined;
  const next = { certificate: text('next.crt'), key: text('next.key') };
  const former = text('former.crt').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
  return { current, next: next.key === '' ? undefined : next, former };
}
