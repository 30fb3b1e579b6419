import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeOf, type NetworkMap } from '../../src/network-map.ts';
import { SnapshotFolder } from '../known-map.ts';
import { run } from '../run-command.ts';
import { evaluate, findEvaluator, type Evaluation } from './evaluator.ts';
import { expectedBetween, inventoryOf, randomMap } from './random-map.ts';

/** Random maps that are tried; more with the variable, as before a release: 200 take a minute or two. */
const maps = Number(process.env.POLICY_MAPS ?? 12);

const found = await findEvaluator();
const path = 'path' in found ? found.path : '';
if ('missing' in found) console.log(`skipped: policies are not evaluated, ${found.missing}`);

async function exported(map: NetworkMap, ...flags: readonly string[]): Promise<string> {
  await using folder = new SnapshotFolder();
  const { code, stdout, stderr } = await run(['export', '--from', await folder.write(map), ...flags]);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** The connections that an evaluation allows otherwise than the map says, in words. */
function mistakes(
  map: NetworkMap,
  { allowed, egress }: { readonly allowed: ReadonlyMap<string, ReadonlySet<string>>; readonly egress: boolean },
): readonly string[] {
  const places = map.workloads.map(placeOf);
  return places.flatMap(client =>
    places.flatMap(server => {
      if (client === server) return [];
      const wanted = [...(expectedBetween(map, { client, server, egress }) ?? ['nothing'])].toSorted().join(', ');
      const got = [...(allowed.get(`${client} > ${server}`) ?? ['nothing'])].toSorted().join(', ');
      return wanted === got ? [] : [`${client} > ${server}: ${got}, not ${wanted}`];
    }),
  );
}

function allowedIn(evaluation: Evaluation, scene: string): ReadonlyMap<string, ReadonlySet<string>> {
  return evaluation.allowed.get(scene) ?? new Map();
}

const shop = fc.sample(randomMap, { numRuns: maps, seed: 20260102 }).filter(({ calls }) => calls.length > 0);

describe.skipIf('missing' in found)('an independent evaluator of policies says', () => {
  test.each([{ egress: false }, { egress: true }])(
    'that every call of a map is allowed, that no other is, and that two dialects mean the same ($egress)',
    async ({ egress }) => {
      const flags = egress ? ['--egress'] : [];
      const scenes = [];
      for (const [at, map] of shop.entries()) {
        const inventory = inventoryOf(map);
        for (const dialect of ['network-policy', 'calico'])
          scenes.push({
            name: `${dialect}-${at}`,
            inventory,
            policies: await exported(map, '--as', dialect, ...flags),
          });
      }
      const pairs = shop.map((_, at) => [`network-policy-${at}`, `calico-${at}`] as const);
      const evaluation = await evaluate(path, { scenes, pairs });
      for (const [at, map] of shop.entries()) {
        for (const dialect of ['network-policy', 'calico'])
          expect(mistakes(map, { allowed: allowedIn(evaluation, `${dialect}-${at}`), egress })).toEqual([]);
        expect(evaluation.equivalent).toContain(`network-policy-${at} calico-${at}`);
        if (!egress) continue;
        for (const client of new Set(map.calls.map(each => placeOf(each.client))))
          expect(allowedIn(evaluation, `network-policy-${at}`).get(`${client} > kube-system/coredns`)).toEqual(
            new Set(['UDP 53', 'TCP 53']),
          );
      }
    },
    600_000,
  );

  test('that a policy of the mesh lets no namespace in that did not call', async () => {
    const scenes = [];
    for (const [at, map] of shop.entries())
      scenes.push({ name: `istio-${at}`, inventory: inventoryOf(map), policies: await exported(map, '--as', 'istio') });
    const evaluation = await evaluate(path, { scenes, pairs: [] });
    for (const [at, map] of shop.entries()) {
      const allowed = allowedIn(evaluation, `istio-${at}`);
      const called = new Set(map.calls.map(each => placeOf(each.server)));
      for (const { client, server, endpoints } of map.calls)
        for (const { targetPort, protocol } of endpoints)
          if (protocol === 'TCP')
            expect([...(allowed.get(`${placeOf(client)} > ${placeOf(server)}`) ?? [])].join()).toMatch(
              new RegExp(`all|TCP ${targetPort ?? ''}`),
            );
      for (const [key, connections] of allowed) {
        const [client = '', server = ''] = key.split(' > ');
        const callers = map.calls.filter(each => placeOf(each.server) === server).map(each => each.client.namespace);
        if (called.has(server) && !callers.includes(client.split('/')[0] ?? ''))
          expect([...connections].filter(each => each.startsWith('TCP') || each === 'all')).toEqual([]);
      }
    }
  }, 600_000);

  const [map] = shop.filter(({ calls }) => calls.some(({ endpoints }) => endpoints.length > 0));
  test.each([
    ['a port is that of the Service', (text: string) => text.replace(/port: (8080|8443|9092|5432|53)\b/, 'port: 80')],
    [
      'a selector is one of another workload',
      (text: string) => text.replace(/(podSelector:\s+matchLabels:\s+app: )w\d+/, '$1nobody'),
    ],
  ])('that a call is not allowed when %s', async (_, spoil) => {
    if (map === undefined) throw new Error('no map with ports was made');
    const policies = await exported(map, '--as', 'network-policy');
    const spoilt = spoil(policies);
    expect(spoilt).not.toBe(policies);
    const scene = { name: 'spoilt', inventory: inventoryOf(map), policies: spoilt };
    const evaluation = await evaluate(path, { scenes: [scene], pairs: [] });
    expect(mistakes(map, { allowed: allowedIn(evaluation, 'spoilt'), egress: false })).not.toEqual([]);
  });
});
