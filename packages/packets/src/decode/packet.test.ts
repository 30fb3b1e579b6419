import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress } from './address.ts';
import { hopOf, isOutgoing, linkTypes } from './link.ts';
import { decodePacket, type Packet } from './packet.ts';
import { isUndecodable, type Undecodable } from './undecodable.ts';

/** Ethernet frames: what each one says, and the frame. */
const syn =
  '02000000000202000000000108004500002812344000400604400af401070a600e02a8ca1f90000003e8000000005002faf0c4520000';
const synAck =
  '02000000000202000000000108004500002812344000400604400a600e020af401071f90a8ca000003e8000000005012faf0c4420000';
const ecnSyn =
  '02000000000202000000000108004500002812344000400604400af401070a600e02a8cb1f90000003e80000000050c2faf0c3910000';
const syn6 =
  '02000000000202000000000186dd6000000000140640fd000244000000000000000000000007fd00009600000000000000000000000ea8cc1f90000003e8000000005002faf0ebbc0000';
const nxdomain =
  '02000000000202000000000108004500003e12344000401112170a60000a0af4010700359c40002ac69ebeef81830001000000000000046e6f7065076578616d706c6503636f6d0000010001';

function decode(hex: string, linkType: number = linkTypes.ethernet): Packet | Undecodable {
  // In the middle of other bytes, as in a batch: whoever reads too far reads something.
  const padding = Buffer.alloc(40, 0xff);
  const bytes = Buffer.concat([padding, Buffer.from(hex, 'hex'), padding]);
  return decodePacket({ bytes, start: 40, end: bytes.length - 40 }, linkType);
}

function summary(packet: Packet | Undecodable): string {
  if (isUndecodable(packet)) return packet;
  const [from, to] = [formatAddress(packet.source), formatAddress(packet.destination)];
  if (packet.kind === 'udp') return `udp ${from}:${packet.sourcePort} > ${to}:${packet.destinationPort}`;
  return `${packet.syn ? 'syn' : ''}${packet.ack ? 'ack' : ''} ${from}:${packet.sourcePort} > ${to}:${packet.destinationPort}`;
}

test.each([
  ['a SYN', syn, 'syn 10.244.1.7:43210 > 10.96.14.2:8080'],
  ['a SYN-ACK', synAck, 'synack 10.96.14.2:8080 > 10.244.1.7:43210'],
  ['a SYN that offers ECN', ecnSyn, 'syn 10.244.1.7:43211 > 10.96.14.2:8080'],
  ['a SYN over IPv6', syn6, 'syn fd00:244::7:43212 > fd00:96::e:8080'],
  ['a DNS answer over UDP', nxdomain, 'udp 10.96.0.10:53 > 10.244.1.7:40000'],
])('%s is read from an Ethernet frame', (_, hex, expected) => {
  expect(summary(decode(hex))).toBe(expected);
});

const ip = syn.slice(28);
test.each([
  ['with a VLAN tag', linkTypes.ethernet, `0200000000020200000000018100000a0800${ip}`],
  ['with two VLAN tags', linkTypes.ethernet, `02000000000202000000000188a8000a810000140800${ip}`],
  ['as Linux cooked v1', linkTypes.linuxSll, `00000001000602000000000100000800${ip}`],
  ['as Linux cooked v1 with a VLAN tag', linkTypes.linuxSll, `00000001000602000000000100008100000a0800${ip}`],
  ['in PPPoE', linkTypes.ethernet, `020000000002020000000001886411000001002a0021${ip}`],
  ['in PPPoE with a VLAN tag', linkTypes.ethernet, `0200000000020200000000018100000a886411000001002a0021${ip}`],
  ['in an IPv4 tunnel', linkTypes.raw, `4500003c1234000040040000c0000201c0000202${ip}`],
  [
    'in an IPv6 tunnel',
    linkTypes.raw,
    `6000000000280440${'20010db8'.padEnd(31, '0')}1${'20010db8'.padEnd(31, '0')}2${ip}`,
  ],
  ['as Linux cooked v2', linkTypes.linuxSll2, `0800000000000003000100060200000000010000${ip}`],
  ['as raw IP', linkTypes.raw, ip],
  ['as raw IP of OpenBSD', linkTypes.rawOpenBsd, ip],
  ['as BSD loopback', linkTypes.null, `02000000${ip}`],
  ['as OpenBSD loopback', linkTypes.loop, `00000002${ip}`],
])('a SYN %s is read', (_, linkType, hex) => {
  expect(summary(decode(hex, linkType))).toBe('syn 10.244.1.7:43210 > 10.96.14.2:8080');
});

test('a SYN over IPv6 in an IPv4 tunnel (6in4) is read', () => {
  const outer = '450000501234000040290000c0000201c0000202';
  expect(summary(decode(outer + syn6.slice(28), linkTypes.raw))).toBe('syn fd00:244::7:43212 > fd00:96::e:8080');
});

test('a packet’s place is known by interface and direction, or by who sent the frame', () => {
  const cooked2 = (type: string, index: string): string => `08000000000000${index}0001${type}060200000000010000`;
  const cooked1 = (type: string): string => `00${type}0001000602000000000100000800`;
  const place = (hex: string, linkType: number): number => {
    const bytes = Buffer.from(hex + ip, 'hex');
    return hopOf({ bytes, start: 0, end: bytes.length }, linkType);
  };
  const places = [
    place(cooked2('00', '03'), linkTypes.linuxSll2),
    place(cooked2('04', '03'), linkTypes.linuxSll2),
    place(cooked2('00', '04'), linkTypes.linuxSll2),
  ];
  expect(new Set(places).size).toBe(3);
  expect(places.map(isOutgoing)).toEqual([false, true, false]);
  expect(place(cooked2('03', '03'), linkTypes.linuxSll2)).toBe(places[0]); // To another host: arrived as well.
  expect(isOutgoing(place(cooked1('04'), linkTypes.linuxSll))).toBe(true);
  expect(isOutgoing(place(cooked1('00'), linkTypes.linuxSll))).toBe(false);
  expect(place(syn, linkTypes.ethernet)).not.toBe(
    place(syn.replace('020000000001', '020000000009'), linkTypes.ethernet),
  );
  expect(place(ip, linkTypes.raw)).toBe(0);
});

test('IPv4 options are skipped', () => {
  const options = `46${ip.slice(2, 4)}002c${ip.slice(8, 40)}01010100${ip.slice(40)}`;
  expect(summary(decode(options, linkTypes.raw))).toBe('syn 10.244.1.7:43210 > 10.96.14.2:8080');
});

test('IPv6 extension headers are skipped: hop-by-hop, destination options, the first fragment', () => {
  const header = syn6.slice(28, 28 + 80);
  const tcp = syn6.slice(28 + 80);
  const withNext = (next: string, length: string): string => header.slice(0, 8) + length + next + header.slice(14);
  const hopByHop = `${withNext('00', '0024')}3c000104000000002c000104000000000600000100000001${tcp}`;
  const packet = decode(hopByHop.replace('0024', '002c'), linkTypes.raw);
  expect(summary(packet)).toBe('syn fd00:244::7:43212 > fd00:96::e:8080');
  expect(packet).toMatchObject({ cut: true });
});

test('a later fragment has no ports', () => {
  expect(decode(`${ip.slice(0, 12)}00b9${ip.slice(16)}`, linkTypes.raw)).toBe('ip-later-fragment');
});

test.each([
  ['nothing', '', 'link-cut'],
  ['an ARP request', '0200000000020200000000010806000108000604', 'not-ip'],
  ['a ping', syn.replace('400604', '400104'), 'not-udp-or-tcp'],
  ['half an IP header', syn.slice(0, 28 + 20), 'ip-malformed'],
  ['an IP header shorter than itself', syn.replace('08004500', '08004100'), 'ip-malformed'],
  ['half a TCP header', syn.slice(0, -20), 'tcp-malformed'],
  ['half a UDP header', nxdomain.slice(0, 28 + 40 + 8), 'udp-cut'],
])('%s is refused with its reason', (_, hex, reason) => {
  expect(decode(hex)).toBe(reason);
});

test('a packet that the capture cut says so', () => {
  expect(decode(nxdomain)).toMatchObject({ cut: false });
  expect(decode(nxdomain.slice(0, -8))).toMatchObject({ cut: true });
});

test('whatever bytes come, there is a packet within them or a reason', () => {
  const frames = [syn, synAck, syn6, nxdomain].map(hex => Buffer.from(hex, 'hex'));
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .record({
        frame: fc.constantFrom(...frames),
        flips: fc.array(fc.tuple(fc.nat(80), fc.nat(255))),
        cut: fc.nat(80),
      })
      .map(({ frame, flips, cut }) => {
        const copy = Buffer.from(frame);
        for (const [at, value] of flips) if (at < copy.length) copy[at] = value;
        return copy.subarray(0, copy.length - Math.min(cut, copy.length));
      }),
  );
  fc.assert(
    fc.property(hostile, fc.constantFrom(...Object.values(linkTypes), 999), (data, linkType) => {
      const bytes = Buffer.concat([Buffer.alloc(7, 0xee), data, Buffer.alloc(70, 0xee)]);
      const frame = { bytes, start: 7, end: 7 + data.length };
      const packet = decodePacket(frame, linkType);
      if (isUndecodable(packet)) return;
      expect(packet.start).toBeGreaterThanOrEqual(frame.start);
      expect(packet.end).toBeLessThanOrEqual(frame.end);
      expect(packet.start).toBeLessThanOrEqual(packet.end);
    }),
    { numRuns: 5000 },
  );
});
