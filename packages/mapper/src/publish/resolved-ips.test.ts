import { expect, test } from 'vitest';
import { toClientIntents } from './client-intents.ts';
import { nextResolvedIps } from './resolved-ips.ts';

const metadata = { name: 'web', namespace: 'shop', uid: '1' };
const known = { dns: 'a.example.com', ips: ['198.51.100.5'] };
test.each([
  { now: 'nothing new', addresses: ['198.51.100.5'], next: undefined },
  { now: 'nothing at all', addresses: [], next: undefined },
  { now: 'a new address', addresses: ['198.51.100.10'], next: [{ ...known, ips: ['198.51.100.10', '198.51.100.5'] }] },
])('with one address in the status and $now in DNS, the next list is $next', ({ addresses, next }) => {
  const spec = { targets: [{ internet: { domains: ['a.example.com'] } }] };
  const object = toClientIntents({ metadata, spec, status: { resolvedIPs: [known] } });
  expect(nextResolvedIps(object, () => addresses)).toEqual(next);
});
