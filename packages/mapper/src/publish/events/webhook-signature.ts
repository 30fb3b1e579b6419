import { createHmac } from 'node:crypto';

/** What is signed: the text of a request, under an id, at a time. */
export interface SignedPost {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers of a post by which its receiver knows who sent it and when, as Standard Webhooks has them
 * (standardwebhooks.com, "Signature scheme"): HMAC-SHA256 of `id.timestamp.body`. A secret that begins with `whsec_` is
 * base64, any other is text.
 */
export function signatureHeaders(
  { id, timestamp, body }: SignedPost,
  secret: string,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const prefix = 'whsec_';
  const key = secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
