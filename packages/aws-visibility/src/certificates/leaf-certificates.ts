import { createSecureContext, type SecureContext } from 'node:tls';
import { LruMap } from '@network-mapper/runtime';
import { makeKeyPair, signLeaf, type KeyPair, type Signer } from './certificate-authority.ts';

/** Milliseconds that a certificate is valid, before and after it is made: clocks of nodes differ. */
const validBefore = 3_600_000;
const validFor = 24 * 3_600_000;
/** One that ends sooner than this is made anew. */
const renewBefore = 3_600_000;
const mostNames = 1_000;

interface Made {
  readonly context: Promise<SecureContext>;
  readonly until: number;
}

/** Certificates of hosts, made when they are asked for; all of them have one key, which is new in each process. */
export class LeafCertificates {
  readonly #now: () => number;
  readonly #made = new LruMap<string, Made>({ maxEntries: mostNames });
  readonly #keys: Promise<KeyPair> = makeKeyPair();
  #signer: Signer;

  constructor(signer: Signer, now: () => number) {
    this.#signer = signer;
    this.#now = now;
  }

  /** From now on another authority signs. */
  use(signer: Signer): void {
    this.#signer = signer;
    this.#made.clear();
  }

  contextOf(host: string): Promise<SecureContext> {
    const known = this.#made.get(host);
    if (known !== undefined && known.until - this.#now() > renewBefore) return known.context;
    const until = this.#now() + validFor;
    const context = this.#make(host, until);
    this.#made.set(host, { context, until });
    context.catch(() => this.#made.delete(host));
    return context;
  }

  async #make(host: string, to: number): Promise<SecureContext> {
    const { publicKey, privateKey } = await this.#keys;
    const from = this.#now() - validBefore;
    const cert = await signLeaf({ signer: this.#signer, names: [host], publicKey, from, to });
    return createSecureContext({ key: privateKey, cert });
  }
}
