import type { AwsRequest } from './request.ts';

/** What a request was signed for. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** Undefined where the signature is for several (SigV4A). */
  readonly region: string | undefined;
  /** The signing name, such as `dynamodb`. */
  readonly service: string;
}

const inHeader = /\bCredential=([^,\s]+)/;

/**
 * The scope of Signature Version 4 and 4A, of the header or of a presigned address
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html). Undefined for requests without one.
 */
export function credentialScope({ headers, path }: Pick<AwsRequest, 'headers' | 'path'>): CredentialScope | undefined {
  const query = new URLSearchParams(path.slice(path.indexOf('?') + 1));
  const presigned = path.includes('?') ? query.get('X-Amz-Credential') : null;
  const credential = inHeader.exec(headers.get('authorization') ?? '')?.[1] ?? presigned;
  if (credential === null) return undefined;
  const parts = credential.split('/');
  if (parts.at(-1) !== 'aws4_request' || parts.length < 4) return undefined;
  // SigV4A leaves the region out: it signs for a set of them.
  const [accessKeyId = '', , ...rest] = parts;
  const service = rest.at(-2) ?? '';
  const region =
    rest.length > 2 ? rest[0] : onlyRegion(headers.get('x-amz-region-set') ?? query.get('X-Amz-Region-Set'));
  return { accessKeyId, region, service };
}

function onlyRegion(set: string | null): string | undefined {
  return set === null || set.includes(',') || set.includes('*') ? undefined : set;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The account that an access key belongs to: bits 1 to 40 of its base32 part. Undefined for keys of the old form, which
 * do not say it.
 */
export function accountOf(accessKeyId: string): string | undefined {
  const encoded = accessKeyId.slice(4, 14);
  if (!/^(AKIA|ASIA)/.test(accessKeyId) || encoded.length < 10) return undefined;
  let bits = 0n;
  for (const letter of encoded) {
    const value = alphabet.indexOf(letter);
    if (value < 0) return undefined;
    bits = (bits << 5n) | BigInt(value);
  }
  // Ten letters are 50 bits; the account is the 40 after the first.
  const first = bits >> 49n;
  if (first === 0n) return undefined;
  return ((bits >> 9n) & 0xff_ffff_ffffn).toString().padStart(12, '0');
}
