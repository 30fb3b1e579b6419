import { expect, test } from 'vitest';
import { packSighting, sightingKey, unpackSighting, type Sighting } from './sighting.ts';

const times = { firstSeen: 1_700_000_000_000, lastSeen: 1_700_000_060_000 };

const sightings: Readonly<Record<string, Sighting>> = {
  'a DNS answer': {
    client: { ip: '10.244.1.7', hostname: '' },
    server: { name: 'cart.shop.svc.cluster.local', ip: 'fd00::2' },
    ttl: 0,
    sourcePorts: [],
    ...times,
  },
  'a connection': {
    client: { ip: '10.244.1.7', hostname: '' },
    server: { name: '10.96.14.2', ip: '10.244.2.9', port: 443, podUid: 'uid-2' },
    protocol: 'TCP',
    accepted: true,
    connections: 12,
    sourcePorts: [],
    ...times,
  },
  'an attempt': {
    client: { ip: '10.244.1.7', hostname: '' },
    server: { name: '10.96.14.2', ip: '10.96.14.2', port: 443 },
    protocol: 'TCP',
    accepted: false,
    connections: 0,
    sourcePorts: [],
    ...times,
  },
  'a UDP socket': {
    client: { ip: '10.244.1.7', hostname: 'web-0', podUid: 'uid-1' },
    server: { name: '10.96.14.2', ip: '10.96.14.2', port: 4433 },
    protocol: 'UDP',
    sourcePorts: [],
    ...times,
  },
};

test.each(Object.entries(sightings))('%s that was told is remembered as it was', (_, sighting) => {
  expect(unpackSighting(sightingKey(sighting), packSighting(sighting))).toEqual(sighting);
});

test('the ports of clients that were told are not remembered, their count is', () => {
  const sighting: Sighting = {
    client: { ip: '10.244.1.7', hostname: '' },
    server: { name: '10.96.14.2', ip: '10.244.2.9', port: 443 },
    protocol: 'TCP',
    accepted: true,
    connections: 2,
    sourcePorts: [40_001, 40_002],
    ...times,
  };
  const remembered = unpackSighting(sightingKey(sighting), packSighting(sighting));
  expect(remembered).toEqual({ ...sighting, sourcePorts: [] });
});
