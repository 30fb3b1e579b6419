import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { every, type Logger, type Runnable } from '@network-mapper/runtime';

/** In PEM: the chain, and the key of its first certificate. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFilesOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly logger: Logger;
}

/** Milliseconds between two looks at the files: a kubelet writes a changed Secret within a minute or two. */
const interval = 5_000;

/** The certificate of a server, in files that may change: those of a Secret, which somebody else renews. */
export class CertificateFiles {
  readonly #options: CertificateFilesOptions;
  #current: Certificate;

  private constructor(options: CertificateFilesOptions, current: Certificate) {
    this.#options = options;
    this.#current = current;
  }

  /** Throws when the files cannot be read, or do not belong together. */
  static async open(options: CertificateFilesOptions): Promise<CertificateFiles> {
    return new CertificateFiles(options, await read(options));
  }

  get current(): Certificate {
    return this.#current;
  }

  /**
   * Calls `renewed` with each certificate that replaces the one before. A broken one is logged, and the one before
   * stays.
   */
  watch(renewed: (certificate: Certificate) => void): Runnable {
    return { name: 'the certificate of the API', run: signal => every(interval, () => this.#look(renewed), signal) };
  }

  async #look(renewed: (certificate: Certificate) => void): Promise<void> {
    const { logger } = this.#options;
    try {
      const next = await read(this.#options);
      if (next.cert === this.#current.cert && next.key === this.#current.key) return;
      this.#current = next;
      renewed(next);
      logger.info('the certificate of the API was renewed');
    } catch (error) {
      logger.error({ error }, 'the certificate of the API cannot be renewed: the one before stays in use');
    }
  }
}

async function read({ certFile, keyFile }: CertificateFilesOptions): Promise<Certificate> {
  const [cert, key] = await Promise.all([certFile, keyFile].map(file => readFile(file, 'utf8')));
  const certificate = { cert: cert ?? '', key: key ?? '' };
  try {
    createSecureContext(certificate);
  } catch (cause) {
    throw new Error(`${certFile} and ${keyFile} are no certificate with its key`, { cause });
  }
  return certificate;
}
