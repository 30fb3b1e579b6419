import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  hasPort,
  mostEndpoints,
  toEndpoints,
  toPorts,
  withEndpoint,
  type Endpoint,
  type EndpointSet,
} from './endpoint.ts';

const port = fc.integer({ min: 1, max: 65_535 });
const endpoint: fc.Arbitrary<Endpoint> = fc.record({
  port,
  targetPort: fc.option(port),
  protocol: fc.option(fc.constantFrom('TCP', 'UDP')),
});

function setOf(endpoints: Iterable<Endpoint>): EndpointSet {
  let set: EndpointSet;
  for (const each of endpoints) set = withEndpoint(set, each);
  return set;
}

test('a set has every endpoint once, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(endpoint, { maxLength: 30 }), endpoints => {
      const texts = new Set(endpoints.map(each => JSON.stringify(each)));
      const kept = toEndpoints(setOf(endpoints)).map(each => JSON.stringify(each));
      expect(new Set(kept)).toEqual(texts);
      expect(kept).toHaveLength(texts.size);
      expect(setOf(endpoints)).toEqual(setOf(endpoints.toReversed()));
    }),
  );
});

test('ports that were called are listed in ascending order, each once', () => {
  const set = setOf([
    { port: 443, targetPort: 8443, protocol: 'TCP' },
    { port: 80, targetPort: 8080, protocol: 'TCP' },
    { port: 80, targetPort: 8081, protocol: 'TCP' },
  ]);
  expect(toPorts(set)).toEqual([80, 443]);
  expect([hasPort(set, 80), hasPort(set, 8080)]).toEqual([true, false]);
});

test('a scan of all ports is not kept whole', () => {
  const all = Array.from({ length: 65_535 }, (_, at): Endpoint => ({
    port: at + 1,
    targetPort: null,
    protocol: 'TCP',
  }));
  expect(toEndpoints(setOf(all))).toHaveLength(mostEndpoints);
});
