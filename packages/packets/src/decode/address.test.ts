import { expect, test } from 'vitest';
import { formatAddress, isLoopback, isUnspecified, packIpv4, packIpv6 } from './address.ts';

const ipv6 = (hex: string): ReturnType<typeof packIpv6> => packIpv6(Buffer.from(hex, 'hex'), 0);

test('IPv4 is written in dotted form', () => {
  expect(formatAddress(packIpv4(Buffer.from([10, 244, 1, 7]), 0))).toBe('10.244.1.7');
  expect(formatAddress(packIpv4(Buffer.from([255, 255, 255, 255]), 0))).toBe('255.255.255.255');
});

test.each([
  ['20010db8000000000000000000000005', '2001:db8::5'],
  ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
  ['20010000000000010000000000000001', '2001:0:0:1::1'],
  ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
  ['fe800000000000000000000000000000', 'fe80::'],
  ['00000000000000000000000000000001', '::1'],
  ['00000000000000000000000000000000', '::'],
  ['0000000000000000000000000000000000', '::'],
])('IPv6 %s is written as RFC 5952 says: %s', (hex, text) => {
  expect(formatAddress(ipv6(hex))).toBe(text);
});

test('an IPv4-mapped address is the IPv4 address', () => {
  expect(ipv6('00000000000000000000ffff0af40107')).toBe(packIpv4(Buffer.from([10, 244, 1, 7]), 0));
});

test('loopback and unspecified addresses are known in both families', () => {
  expect([ipv6('00000000000000000000000000000001'), packIpv4(Buffer.from([127, 0, 0, 53]), 0)].map(isLoopback)).toEqual(
    [true, true],
  );
  expect([ipv6('20010db8000000000000000000000001'), packIpv4(Buffer.from([126, 0, 0, 1]), 0)].map(isLoopback)).toEqual([
    false,
    false,
  ]);
  expect([ipv6('00000000000000000000000000000000'), 0].map(isUnspecified)).toEqual([true, true]);
});
