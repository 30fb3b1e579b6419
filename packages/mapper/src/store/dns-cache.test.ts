import { expect, test } from 'vitest';
import { DnsCache, type DnsAddress } from './dns-cache.ts';

const name = 'a.example.com';

test('an address counts as added when its name did not have it just before', () => {
  let now = 0;
  const cache = new DnsCache({ capacity: 10, mostBytes: Infinity, now: () => now });
  const seen: DnsAddress[] = [];
  cache.onAdded(added => seen.push(added));

  cache.add({ name, address: '198.51.100.1', ttl: 60 });
  cache.add({ name, address: '198.51.100.1', ttl: 60 });
  cache.add({ name, address: '198.51.100.2', ttl: 60 });
  expect(seen).toEqual([
    { name, address: '198.51.100.1' },
    { name, address: '198.51.100.2' },
  ]);
  now = 60_000;
  cache.add({ name, address: '198.51.100.1', ttl: 60 });
  expect(seen).toHaveLength(3);
});

test('a name lasts as long as the last of its addresses', () => {
  let now = 0;
  const cache = new DnsCache({ capacity: 10, mostBytes: Infinity, now: () => now });
  cache.add({ name, address: '198.51.100.1', ttl: 60 });
  cache.add({ name, address: '198.51.100.2', ttl: 30 });
  expect(cache.lastExpiry(name)).toBe(60_000);
  expect(cache.lastExpiry('other.example.com')).toBeUndefined();
  now = 60_000;
  expect(cache.lastExpiry(name)).toBeUndefined();
});
