import type { Evidence, Sighting, SightingDetail, Party } from '@network-mapper/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from './limits.ts';
import { fromWire, toWire, type ReceivedReports } from './wire.ts';
import type { Refused } from './wire/report-reader.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const port = fc.integer({ min: 1, max: 65_535 });
const absent = fc.constant(undefined);
const times = fc
  .tuple(fc.integer({ min: 0, max: 86_400_000 }), fc.integer({ min: 0, max: 60_000 }))
  .map(([ago, span]) => ({ at: now - ago, firstAt: now - ago - span }));
const ipv4 = fc.ipV4();

const client: fc.Arbitrary<Party> = fc.record({
  kind: fc.constant('address'),
  ip: ipv4,
  hostname: fc.oneof(absent, name),
  podUid: fc.oneof(absent, fc.uuid()),
});
const server: fc.Arbitrary<Party> = fc
  .record({ ip: ipv4, port: fc.oneof(absent, port), reached: fc.oneof(absent, fc.record({ ip: ipv4, port })) })
  .chain(party => fc.oneof(absent, fc.uuid()).map(podUid => ({ kind: 'address', ...party, podUid })));
const connection: fc.Arbitrary<SightingDetail> = fc.record({
  kind: fc.constant('connection'),
  protocol: fc.constantFrom('TCP', 'UDP'),
  accepted: fc.oneof(absent, fc.boolean()),
  sourcePorts: fc.array(port, { maxLength: 5 }),
});
const workload: fc.Arbitrary<Party> = fc.record({ kind: fc.constant('workload'), namespace: name, name });
const actions = fc.array(fc.stringMatching(/^[a-z]+:[A-Z][a-z]+$/), { maxLength: 4 });
const resource: fc.Arbitrary<Party> = fc.record({ kind: fc.constant('resource'), name });

interface Parts {
  readonly client: fc.Arbitrary<Party>;
  readonly server: fc.Arbitrary<Party>;
  readonly detail: fc.Arbitrary<SightingDetail>;
  /** Whether reports of this kind have the time of the first sighting and a count, the time of the last, or none. */
  readonly times: 'all' | 'last' | 'none';
}

/** For each kind of evidence what sightings of it are. */
const kinds: Readonly<Record<Evidence, Parts>> = {
  DNS: {
    client,
    server: fc.record({ kind: fc.constant('name'), name, ip: ipv4 }),
    detail: fc.record({ kind: fc.constant('dns'), ttl: fc.oneof(absent, fc.nat(3600)) }),
    times: 'all',
  },
  TCP: { client, server, detail: connection, times: 'all' },
  SOCKET: { client, server, detail: connection, times: 'all' },
  KAFKA: {
    client: ipv4.map(ip => ({ kind: 'address', ip })),
    server: fc.record({ kind: fc.constant('pod'), namespace: name, name }),
    detail: fc.record({
      kind: fc.constant('kafka'),
      topic: name,
      operation: fc.constantFrom('Read', 'Write'),
      denied: fc.oneof(absent, fc.boolean()),
      group: fc.oneof(absent, name),
    }),
    times: 'last',
  },
  ISTIO: {
    client: workload,
    server: fc.record({ kind: fc.constant('workload'), namespace: name, name, service: fc.oneof(absent, name) }),
    detail: fc.oneof(
      fc.constant({ kind: 'connection', protocol: 'TCP', accepted: true, sourcePorts: [] }),
      fc.record(
        {
          kind: fc.constant('http'),
          path: fc.webPath().filter(path => path !== ''),
          methods: fc.subarray(['GET', 'POST', 'PUT', 'DELETE']),
          grpc: fc.constant(true),
          responseCodes: fc.uniqueArray(fc.integer({ min: 100, max: 599 }), { minLength: 1, maxLength: 20 }),
        },
        { requiredKeys: ['kind', 'path', 'methods'] },
      ),
    ),
    times: 'last',
  },
  AWS: {
    client: fc.oneof(
      workload,
      ipv4.map<Party>(ip => ({ kind: 'address', ip })),
    ),
    server: resource,
    detail: fc.record({
      kind: fc.constant('cloud'),
      actions,
      dataActions: fc.constant([]),
      iamRole: fc.oneof(absent, name),
      podIdentity: fc.oneof(absent, fc.constant(true)),
    }),
    times: 'none',
  },
  AZURE: {
    client: workload,
    server: resource,
    detail: fc.record({ kind: fc.constant('cloud'), actions, dataActions: actions }),
    times: 'none',
  },
  GCP: {
    client: fc.oneof(
      workload,
      ipv4.map<Party>(ip => ({ kind: 'address', ip })),
    ),
    server: resource,
    detail: fc.record({ kind: fc.constant('cloud'), actions, dataActions: fc.constant([]) }),
    times: 'none',
  },
  TRAFFIC_LEVEL: {
    client: ipv4.map(ip => ({ kind: 'address', ip })),
    server: ipv4.map(ip => ({ kind: 'address', ip })),
    detail: fc.record({ kind: fc.constant('level'), bytes: fc.nat(2 ** 31 - 1), flows: fc.nat(1000) }),
    times: 'none',
  },
};

function sightingOf(evidence: Evidence): fc.Arbitrary<Sighting> {
  const parts = kinds[evidence];
  const seen =
    parts.times === 'none'
      ? fc.constant({ at: now, firstAt: now, count: 1 })
      : parts.times === 'last'
        ? times.map(({ at }) => ({ at, firstAt: at, count: 1 }))
        : fc.tuple(times, fc.nat(1000)).map(([time, count]) => ({ ...time, count }));
  return fc
    .tuple(parts.client, parts.server, parts.detail, seen)
    .map(([from, to, detail, when]) => ({ evidence, client: from, server: to, detail, ...when }));
}

interface ReadReport {
  readonly sightings: readonly Sighting[];
  readonly refused: readonly Refused[];
}

function read<E extends Evidence>(evidence: E, args: ReceivedReports[E]): ReadReport {
  const refused: Refused[] = [];
  return { sightings: [...fromWire(evidence, args, { now, refuse: each => refused.push(each) })], refused };
}

/** The variables of a mutation as the mapper reads them. */
function received(variables: unknown): ReceivedReports[Evidence] {
  return JSON.parse(JSON.stringify(variables), (key, value: unknown) =>
    (key === 'lastSeen' || key === 'firstSeen') && typeof value === 'string' ? Date.parse(value) : value,
  ) as ReceivedReports[Evidence];
}

/** Sources come grouped: the order between clients is not kept. */
function sorted(sightings: readonly Sighting[]): readonly string[] {
  return sightings.map(sighting => JSON.stringify(sighting, (_, value: unknown) => sortedMembers(value))).sort();
}

function sortedMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** An address that was reached where it was called is reported once. */
function hasDistinctReached({ server: party }: Sighting): boolean {
  return party.kind !== 'address' || party.reached?.ip !== party.ip;
}

describe.each(Object.keys(kinds) as Evidence[])('sightings by %s', evidence => {
  test('come out of a report as they went into it', () => {
    fc.assert(
      fc.property(fc.array(sightingOf(evidence).filter(hasDistinctReached), { maxLength: 10 }), sightings => {
        const variables = toWire(evidence, sightings, { dialect: 'extended', now });
        const report = read(evidence, received(variables));
        expect(report.refused).toEqual([]);
        expect(sorted(report.sightings)).toEqual(sorted(sightings));
      }),
      { numRuns: 200 },
    );
  });
});

test('a mapper without our additions gets none of them, and what was never seen later than now', () => {
  const sighting: Sighting = {
    evidence: 'TCP',
    client: { kind: 'address', ip: '10.0.0.1', podUid: 'u' },
    server: { kind: 'address', ip: '10.96.0.2', port: 80, reached: { ip: '10.0.0.2', port: 8080 }, podUid: 'v' },
    at: now + 5_000,
    firstAt: now - 5_000,
    count: 7,
    detail: { kind: 'connection', protocol: 'TCP', accepted: true, sourcePorts: [40_000] },
  };
  expect(toWire('TCP', [sighting], { dialect: 'original', now })).toEqual({
    results: {
      results: [
        {
          srcIp: '10.0.0.1',
          srcHostname: '',
          destinations: [
            {
              destination: '10.96.0.2',
              destinationIP: '10.0.0.2',
              destinationPort: 80,
              TTL: null,
              lastSeen: '2026-01-01T12:00:00.000Z',
              srcPorts: [40_000],
            },
          ],
        },
      ],
    },
  });
});

const long = (length: number): string => 'x'.repeat(length + 1);
const destination = { destination: '10.0.0.2', lastSeen: now };
const source = { srcIp: '10.0.0.1', srcHostname: '', destinations: [destination] };
const kafka = {
  srcIp: '10.0.0.1',
  serverPodName: 'k',
  serverNamespace: 'n',
  topic: 't',
  operation: 'Read',
  lastSeen: now,
};

test.each<[string, Evidence, object, string]>([
  [
    'a DNS name of 2 MB',
    'DNS',
    { ...source, destinations: [{ ...destination, destination: 'a'.repeat(2e6) }] },
    'too-long',
  ],
  ['a host name', 'TCP', { ...source, srcHostname: long(limits.hostname) }, 'too-long'],
  ['a UID of the client', 'TCP', { ...source, srcPodUid: long(limits.uid) }, 'too-long'],
  ['a negative count', 'TCP', { ...source, destinations: [{ ...destination, connections: -1 }] }, 'out-of-range'],
  ['a count of 2⁵³', 'DNS', { ...source, destinations: [{ ...destination, connections: 2 ** 53 }] }, 'out-of-range'],
  [
    'a port of the client',
    'TCP',
    { ...source, destinations: [{ ...destination, srcPorts: [65_536] }] },
    'out-of-range',
  ],
  [
    'a sighting of the year 9999',
    'TCP',
    { ...source, destinations: [{ ...destination, lastSeen: 253370764800000 }] },
    'implausible-time',
  ],
  [
    'a first sighting of the year 0',
    'TCP',
    { ...source, destinations: [{ ...destination, firstSeen: -62167219200000 }] },
    'implausible-time',
  ],
  ['a topic', 'KAFKA', { ...kafka, topic: long(limits.topic) }, 'too-long'],
  ['a group', 'KAFKA', { ...kafka, group: long(limits.group) }, 'too-long'],
  [
    'negative bytes',
    'TRAFFIC_LEVEL',
    { srcIP: '10.0.0.1', dstIP: '10.0.0.2', bytesSent: -5, flows: 1 },
    'out-of-range',
  ],
])('%s is refused for being %3$s', (_, evidence, entry, reason) => {
  const report = read(evidence, { results: { results: [entry] } } as never);
  expect(report.sightings).toEqual([]);
  expect(report.refused).toEqual([expect.objectContaining({ reason, evidence })]);
  expect(report.refused[0]?.server.length).toBeLessThan(300);
});

test.each<[string, object, string]>([
  ['an ARN', { resource: long(limits.resource), actions: [] }, 'too-long'],
  ['an action', { resource: 'r', actions: [long(limits.action)] }, 'too-long'],
  ['actions', { resource: 'r', actions: Array.from({ length: limits.actions + 1 }, () => 'a:b') }, 'too-many'],
])('a cloud operation with %s beyond the limit is refused', (_, entry, reason) => {
  const report = read('AWS', { operation: [{ srcIp: '10.0.0.1', ...entry }] } as never);
  expect(report.refused).toEqual([expect.objectContaining({ reason })]);
});

test('addresses are in one form, however they were written', () => {
  const written = { ...source, srcIp: 'FD00:0::7', destinations: [{ ...destination, destination: 'fd00::10.0.0.34' }] };
  const [sighting] = read('TCP', { results: { results: [written] } }).sightings;
  expect([sighting?.client, sighting?.server]).toEqual([
    expect.objectContaining({ ip: 'fd00::7' }),
    expect.objectContaining({ ip: 'fd00::a00:22' }),
  ]);
});
