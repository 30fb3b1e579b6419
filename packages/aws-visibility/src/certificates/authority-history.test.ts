import { expect, test } from 'vitest';
import { advance, beginHistory, trusted, type AuthorityHistory } from './authority-history.ts';
import { makeKeyPair, signLeaf, toSigner } from './certificate-authority.ts';
import { X509Certificate } from './x509.ts';
import { X509Certificate as Certificate } from 'node:crypto';

const day = 24 * 3_600_000;
const options = { name: 'Test', life: 90 * day, announced: 30 * day, domains: ['amazonaws.com'] };
const start = Date.parse('2026-01-01T00:00:00Z');

async function leafOf({ current }: AuthorityHistory, name: string, now: number): Promise<Certificate> {
  const { publicKey } = await makeKeyPair();
  const validity = { from: now, to: now + day };
  return new Certificate(await signLeaf({ signer: await toSigner(current), names: [name], publicKey, ...validity }));
}

test('whoever trusted yesterday trusts what is signed today, over years of rotations', async () => {
  let history = await beginHistory(start, options);
  let yesterday = trusted(history);
  const signers = new Set([history.current.certificate]);
  for (let now = start; now < start + 600 * day; now += day / 2) {
    history = await advance(history, now, options);
    signers.add(history.current.certificate);
    // Nobody who trusts what was to be trusted half a day ago meets a signer that they do not know.
    expect(yesterday).toContain(history.current.certificate);
    yesterday = trusted(history);
    const validUntil = new X509Certificate(history.current.certificate).notAfter.getTime();
    expect(validUntil).toBeGreaterThan(now + 20 * day);
    expect(yesterday.length).toBeLessThanOrEqual(3);
  }
  expect(signers.size).toBeGreaterThan(8);
}, 60_000);

test('an authority that has ended, since nobody was there to renew it, is replaced at once', async () => {
  const old = await beginHistory(start, options);
  const history = await advance(old, start + 100 * day, options);
  expect(history.current.certificate).not.toBe(old.current.certificate);
});

test('its certificates are for the name asked for, signed by it, and constrained to its domains', async () => {
  const history = await beginHistory(start, options);
  const leaf = await leafOf(history, 'sqs.eu-west-1.amazonaws.com', start);
  const authority = new Certificate(history.current.certificate);
  expect(leaf.checkHost('sqs.eu-west-1.amazonaws.com')).toBeDefined();
  expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true);
  const constraints = new X509Certificate(history.current.certificate).getExtension('2.5.29.30');
  expect(constraints?.critical).toBe(true);
  expect(Buffer.from(constraints?.value ?? new ArrayBuffer()).toString('latin1')).toContain('amazonaws.com');
});
