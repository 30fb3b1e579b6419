import { isIPv6, BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalAddress } from './address.ts';

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['FD00:96:0::7', 'fd00:96::7'],
  ['fd00::10.0.0.34', 'fd00::a00:22'],
  ['::ffff:10.0.0.34', '10.0.0.34'],
  ['::FFFF:a00:22', '10.0.0.34'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['::', '::'],
  ['1::', '1::'],
  ['0:0:0:0:0:0:0:0', '::'],
])('the address %s is compared as %s', (text, normal) => {
  expect(normalAddress(text)).toBe(normal);
});

test.each([
  '',
  '10.0.0',
  '10.0.0.256',
  '010.0.0.1',
  '1:2',
  ':::',
  'g::',
  '1::2::3',
  'cart',
  '10.0.0.1.',
  '::1.2.3',
  '12345::',
])('"%s" is no address', text => {
  expect(normalAddress(text)).toBeUndefined();
});

test('every IPv6 address keeps its meaning and has one normal form', () => {
  fc.assert(
    fc.property(fc.ipV6(), text => {
      const normal = normalAddress(text);
      expect(normal).toBeDefined();
      expect(normalAddress(normal ?? '')).toBe(normal);
      if (!isIPv6(normal ?? '')) return;
      const list = new BlockList();
      list.addAddress(text, 'ipv6');
      expect(list.check(normal ?? '', 'ipv6')).toBe(true);
    }),
  );
});
