import { expect, test } from 'vitest';
import { isNetwork, PublishedAddresses } from './published-addresses.ts';

test.each(['93.184.216.34', '2606:2800:220:1::1', '198.51.100.10', '11.0.0.1', '172.32.0.1'])(
  'the public address %s may be published',
  address => {
    expect(new PublishedAddresses([]).has(address)).toBe(true);
  },
);

test.each([
  '10.96.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  'fd00::1',
  'fe80::1',
  'ff02::1',
  'example.com',
  '',
])('"%s" may not', address => {
  expect(new PublishedAddresses([]).has(address)).toBe(false);
});

test('what the operator allows may be published too', () => {
  const addresses = new PublishedAddresses(['10.20.0.0/16', 'fd00:5::/32']);
  expect(['10.20.3.4', 'fd00:5::9', '10.21.0.1', 'fd00:6::9'].map(address => addresses.has(address))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each(['10.0.0.0/33', '10.0.0.0', 'fd00::/129', 'a/8', '10.0.0.0/8/8', '10.0.0.0/'])('%s is no network', text => {
  expect(isNetwork(text)).toBe(false);
});
