import { expect, test } from 'vitest';
import { IpRanges } from './ip-ranges.ts';

const ranges = new IpRanges();
for (const cidr of ['10.244.1.0/24', '10.250.0.0/20', 'fd00:244::/64', '172.20.0.10/28']) ranges.add(cidr);

test.each([
  ['10.244.1.0', true],
  ['10.244.1.255', true],
  ['10.244.2.0', false],
  ['10.250.15.255', true],
  ['10.250.16.0', false],
  ['fd00:244::7', true],
  ['fd00:244:0:0:ffff::1', true],
  ['fd00:245::7', false],
  ['172.20.0.14', true],
  ['172.20.0.16', false],
  ['not an address', false],
  ['', false],
])('%s is in the pod networks: %s', (address, inside) => {
  expect(ranges.has(address)).toBe(inside);
});

test.each(['10.0.0.0', '10.0.0.0/33', 'x/8', 'fd00::/129', '1:2:3:4:5:6:7:8:9/64', ':::/3', 'fd00:12345::/32'])(
  'the text %s is no network',
  text => {
    expect(new IpRanges().add(text)).toBe(false);
  },
);
