import { expect, test } from 'vitest';
import { toClientIntents } from './client-intents.ts';

const metadata = { name: 'web', namespace: 'shop', uid: '1' };

test('the domains of all targets count, and all entries about one domain in the status', () => {
  const targets = [
    { kubernetes: { name: 'cart' } },
    { internet: { domains: ['a.example.com', '*.b.example.com'], ips: ['192.0.2.1'] } },
    { internet: { domains: ['a.example.com', 'c.example.com'] } },
    { internet: { ips: ['192.0.2.1'] } },
  ];
  const resolvedIPs = [
    { dns: 'a.example.com', ips: ['198.51.100.1'] },
    { dns: 'a.example.com', ips: ['198.51.100.2'] },
  ];
  const { domains, resolved } = toClientIntents({ metadata, spec: { targets }, status: { resolvedIPs } });
  expect([...domains]).toEqual(['a.example.com', '*.b.example.com', 'c.example.com']);
  expect([...resolved]).toEqual([['a.example.com', new Set(['198.51.100.1', '198.51.100.2'])]]);
});

test.each([
  { spec: undefined, status: undefined },
  { spec: null, status: null },
  { spec: { targets: 'all' }, status: { resolvedIPs: {} } },
  { spec: { targets: [null, 1, { internet: null }, { internet: { domains: [1, null, ''] } }] }, status: 'fine' },
  { spec: {}, status: { resolvedIPs: [null, { dns: 1, ips: [] }, { ips: ['1.1.1.1'] }] } },
])('an object that is not as its CRD says has nothing to publish: $spec, $status', ({ spec, status }) => {
  const { domains, resolved } = toClientIntents({ metadata, spec, status });
  expect({ domains: [...domains], resolved: [...resolved] }).toEqual({ domains: [], resolved: [] });
});
