import { X509Certificate } from './x509.ts';
import { makeAuthority, type AuthorityOptions, type CertificatePair } from './certificate-authority.ts';

/**
 * Authorities that follow one another. A new one is made when the present one has lived two thirds of its life, and
 * trusted at once; it signs a day later, when everybody who trusts has heard of it. An old one stays trusted until it
 * ends.
 */
export interface AuthorityHistory {
  /** Signs. */
  readonly current: CertificatePair;
  /** Will sign, from a day after it began. */
  readonly next: CertificatePair | undefined;
  /** Still trusted, as PEM. */
  readonly former: readonly string[];
}

export interface HistoryOptions extends Omit<AuthorityOptions, 'from' | 'to'> {
  /** Milliseconds that an authority lives. */
  readonly life: number;
}

/** Milliseconds between being trusted and signing. */
const announced = 24 * 3_600_000;
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
  const { notBefore, notAfter } = new X509Certificate(current.certificate);
  if (notAfter.getTime() <= now && next === undefined) return beginHistory(now, options);
  if (next === undefined) {
    const isDue = now - notBefore.getTime() >= ((notAfter.getTime() - notBefore.getTime()) * 2) / 3;
    return isDue ? { current, next: await makeNext(now, options), former: alive(former, now) } : history;
  }
  const begun = new X509Certificate(next.certificate).notBefore.getTime() + skew;
  if (now - begun < Math.min(announced, options.life / 6)) return history;
  return { current: next, next: undefined, former: alive([...former, current.certificate], now) };
}

/** Everything that is to be trusted, as PEM. */
export function trusted({ current, next, former }: AuthorityHistory): readonly string[] {
  return [current.certificate, ...(next === undefined ? [] : [next.certificate]), ...former];
}

function makeNext(now: number, { life, ...options }: HistoryOptions): Promise<CertificatePair> {
  return makeAuthority({ ...options, from: now - skew, to: now + life });
}

function alive(certificates: readonly string[], now: number): readonly string[] {
  return certificates.filter(pem => new X509Certificate(pem).notAfter.getTime() > now);
}
