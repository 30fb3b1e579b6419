import { X509Certificate } from './x509.ts';
import { makeAuthority, type AuthorityOptions, type CertificatePair } from './certificate-authority.ts';

/**
 * Authorities that follow one another. A new one is trusted from the moment it is made, and signs when the present one
 * has lived two thirds of its life, when everybody who trusts has heard of it. An old one stays trusted until it ends.
 */
export interface AuthorityHistory {
  /** Signs. */
  readonly current: CertificatePair;
  /** Will sign. */
  readonly next: CertificatePair | undefined;
  /** Still trusted, as PEM. */
  readonly former: readonly string[];
}

export interface HistoryOptions extends Omit<AuthorityOptions, 'from' | 'to'> {
  /** Milliseconds that an authority lives. */
  readonly life: number;
  /**
   * Milliseconds that one is trusted before it signs, a third of its life at most: whoever has read once whom to trust
   * can do without reading it again for as long.
   */
  readonly announced: number;
}

/** Milliseconds by which it begins before it was made: clocks of nodes differ. */
const skew = 3_600_000;

export async function beginHistory(now: number, options: HistoryOptions): Promise<AuthorityHistory> {
  return { current: await makeNext(now, options), next: undefined, former: [] };
}

/** The history as it must be now; the same one where nothing is due. */
export async function advance(
  history: AuthorityHistory,
  now: number,
  options: HistoryOptions,
): Promise<AuthorityHistory> {
  const { current, next, former } = history;
  const { life, announced } = options;
  const { notAfter } = new X509Certificate(current.certificate);
  if (notAfter.getTime() <= now && next === undefined) return beginHistory(now, options);
  const age = now - madeAt(current);
  if (next === undefined) {
    const isDue = age >= (life * 2) / 3 - announced;
    return isDue ? { current, next: await makeNext(now, options), former: alive(former, now) } : history;
  }
  const isAnnounced = age >= (life * 2) / 3 && now - madeAt(next) >= announced;
  // Where nobody was there to announce it in time, it is better to be known to some than to be ended.
  const isLate = age >= (life * 11) / 12;
  if (!isAnnounced && !isLate) return history;
  return { current: next, next: undefined, former: alive([...former, current.certificate], now) };
}

/** Everything that is to be trusted, as PEM. */
export function trusted({ current, next, former }: AuthorityHistory): readonly string[] {
  return [current.certificate, ...(next === undefined ? [] : [next.certificate]), ...former];
}

function makeNext(now: number, { life, ...options }: HistoryOptions): Promise<CertificatePair> {
  return makeAuthority({ ...options, from: now - skew, to: now + life });
}

function madeAt({ certificate }: CertificatePair): number {
  return new X509Certificate(certificate).notBefore.getTime() + skew;
}

function alive(certificates: readonly string[], now: number): readonly string[] {
  return certificates.filter(pem => new X509Certificate(pem).notAfter.getTime() > now);
}
