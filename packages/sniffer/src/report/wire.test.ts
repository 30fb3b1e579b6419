import { expect, test } from 'vitest';
import type { Sighting } from '../sighting.ts';
import { toWire } from './wire.ts';

const seenAt = Date.UTC(2025, 5, 1, 10, 0, 0, 123);
const now = seenAt + 60_000;

const lookup: Sighting = {
  client: { ip: '10.244.1.7', hostname: '' },
  server: { name: 'cart.shop.svc.cluster.local', ip: '10.96.14.2' },
  ttl: 30,
  firstSeen: seenAt,
  lastSeen: seenAt,
  sourcePorts: [],
};
const connection: Sighting = {
  client: { ip: '10.244.1.7', hostname: 'web-0', podUid: 'uid-1' },
  server: { name: '10.96.14.2', ip: '10.244.2.9', port: 80, podUid: 'uid-2' },
  protocol: 'TCP',
  accepted: true,
  connections: 2,
  firstSeen: seenAt - 1000,
  lastSeen: seenAt,
  sourcePorts: [43210],
};

test('to the original, all its members are there, null when absent, and nothing else', () => {
  expect(toWire([lookup, connection], { dialect: 'original', now })).toEqual([
    {
      srcIp: '10.244.1.7',
      srcHostname: '',
      destinations: [
        {
          destination: 'cart.shop.svc.cluster.local',
          destinationIP: '10.96.14.2',
          destinationPort: null,
          TTL: 30,
          lastSeen: '2025-06-01T10:00:00.123Z',
          srcPorts: [],
        },
      ],
    },
    {
      srcIp: '10.244.1.7',
      srcHostname: 'web-0',
      destinations: [
        {
          destination: '10.96.14.2',
          destinationIP: '10.244.2.9',
          destinationPort: 80,
          TTL: null,
          lastSeen: '2025-06-01T10:00:00.123Z',
          srcPorts: [43210],
        },
      ],
    },
  ]);
});

test('to a mapper that knows them, the additions are told', () => {
  expect(toWire([connection], { dialect: 'extended', now })[0]).toMatchObject({
    srcPodUid: 'uid-1',
    destinations: [
      {
        protocol: 'TCP',
        accepted: true,
        connections: 2,
        firstSeen: '2025-06-01T09:59:59.123Z',
        destinationPodUid: 'uid-2',
      },
    ],
  });
});

test('the sightings of one client are one group', () => {
  const other = { ...lookup, server: { ...lookup.server, ip: '10.96.14.3' } };
  const groups = toWire([lookup, connection, other], { dialect: 'original', now });
  expect(groups.map(({ destinations }) => destinations.length)).toEqual([2, 1]);
});

test('nothing is told to have been seen in the future, when the clock was set back since', () => {
  const [group] = toWire([lookup], { dialect: 'original', now: seenAt - 5000 });
  expect(group?.destinations[0]?.lastSeen).toBe('2025-06-01T09:59:55.123Z');
});

test('no sightings are no groups', () => {
  expect(toWire([], { dialect: 'extended', now })).toEqual([]);
});
