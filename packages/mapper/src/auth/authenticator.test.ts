import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { connectKube } from '@network-mapper/kube';
import { createKubernetesApi, statuses, type KubernetesApi } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { Authenticator } from './authenticator.ts';

type Request = Pick<IncomingMessage, 'headers' | 'socket'>;

function from(address: string, authorization?: string): Request {
  const headers = authorization === undefined ? {} : { authorization };
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: address });
  return { headers, socket };
}

/** A JSON Web Token as the API server makes them, but for its signature. */
function tokenFor(audience: string, subject = 'sniffer'): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'RS256' }), part({ aud: [audience], sub: subject }), 'c2lnbmF0dXJl'].join('.');
}

interface World extends AsyncDisposable {
  readonly kubernetes: KubernetesApi;
  readonly clock: { now: number };
  readonly authenticator: Authenticator;
}

async function world(): Promise<World> {
  const kubernetes = await createKubernetesApi();
  const clock = { now: 0 };
  const connection = await connectKube({ kubeconfig: kubernetes.kubeconfig() });
  return {
    kubernetes,
    clock,
    authenticator: new Authenticator({ connection, clock: () => clock.now }),
    [Symbol.asyncDispose]: () => kubernetes[Symbol.asyncDispose](),
  };
}

test('a request from the pod itself needs no token, one from elsewhere does', async () => {
  await using started = await world();
  const { authenticator } = started;
  for (const address of ['127.0.0.1', '127.3.4.5', '::1', '::ffff:127.0.0.1'])
    expect(await authenticator.identify(from(address))).toEqual({ kind: 'loopback' });
  for (const address of ['10.0.0.9', 'fd00::9', '::ffff:10.0.0.9', ''])
    expect(await authenticator.identify(from(address))).toMatchObject({ kind: 'unknown' });
});

test('a token is reviewed for the audience that it is made for', async () => {
  await using started = await world();
  const { kubernetes, authenticator } = started;
  const ours = tokenFor('network-mapper');
  kubernetes.reviews.tokens.set(ours, { username: 'sniffer', audiences: ['network-mapper'] });
  expect(await authenticator.identify(from('10.0.0.9', `Bearer ${ours}`))).toMatchObject({
    kind: 'identified',
    identity: { username: 'sniffer' },
  });
  const others = tokenFor('vault');
  kubernetes.reviews.tokens.set(others, { username: 'sniffer', audiences: ['vault'] });
  expect(await authenticator.identify(from('10.0.0.9', `Bearer ${others}`))).toMatchObject({ kind: 'unknown' });
});

test('many requests at once with one token cost one review, and no more for a minute', async () => {
  await using started = await world();
  const { kubernetes, clock, authenticator } = started;
  kubernetes.reviews.tokens.set('abc', { username: 'ann' });
  const ask = () => authenticator.identify(from('10.0.0.9', 'Bearer abc'));
  await Promise.all(Array.from({ length: 50 }, ask));
  clock.now += 59_000;
  await ask();
  expect(kubernetes.reviews.counts.token).toBe(1);
  clock.now += 2_000;
  await ask();
  expect(kubernetes.reviews.counts.token).toBe(2);
});

test('while the API server is away, who was known stays known for ten minutes, and nobody else is let in', async () => {
  await using started = await world();
  const { kubernetes, clock, authenticator } = started;
  kubernetes.reviews.tokens.set('abc', { username: 'ann' });
  await authenticator.identify(from('10.0.0.9', 'Bearer abc'));
  await kubernetes.down();
  clock.now += 9 * 60_000;
  expect(await authenticator.identify(from('10.0.0.9', 'Bearer abc'))).toMatchObject({ kind: 'identified' });
  await expect(authenticator.identify(from('10.0.0.9', 'Bearer other'))).rejects.toThrow(
    'the API server does not answer',
  );
  clock.now += 2 * 60_000;
  await expect(authenticator.identify(from('10.0.0.9', 'Bearer abc'))).rejects.toThrow(
    'the API server does not answer',
  );
});

test.each(['Basic YTpi', 'Bearer', 'Bearer a b', `Bearer ${'a'.repeat(20_000)}`])(
  'a header that holds no token is refused without a question: %.20s',
  async authorization => {
    await using started = await world();
    const { kubernetes, authenticator } = started;
    expect(await authenticator.identify(from('127.0.0.1', authorization))).toMatchObject({ kind: 'unknown' });
    expect(kubernetes.reviews.counts.token).toBe(0);
  },
);

test('a refusal says nothing of the token', async () => {
  await using started = await world();
  const { kubernetes, authenticator } = started;
  kubernetes.refuse({ plural: 'tokenreviews' }, statuses.forbidden);
  expect(JSON.stringify(await authenticator.identify(from('10.0.0.9', 'Bearer secret-token')))).not.toContain('secret');
});
