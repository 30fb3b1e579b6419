import { namedWorkload, type Edge } from '@network-mapper/model';
import { createLogger } from '@network-mapper/runtime';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ChangeLog } from '../store/change-log.ts';
import { MapBudget } from '../store/details.ts';
import { EdgeStore } from '../store/edge-store.ts';
import { externalEdges } from '../store/outside.ts';
import { createPublisher, type Sink } from './sink.ts';

const log = new ChangeLog();
const store = new EdgeStore(externalEdges, { log, budget: new MapBudget(Infinity) });

function see(dnsName: string): void {
  const client = namedWorkload({ namespace: 'shop', name: 'cart' });
  store.add({ client, dnsName, address: '192.0.2.1', at: 0, firstAt: 0, count: 1 });
}

const logger = createLogger({ name: 'test', debug: false });

/** What a sink got, as `name` or `name gone`. */
const summary = (changes: readonly Edge[]): readonly string[] =>
  changes.map(edge => ('dnsName' in edge ? edge.dnsName : edge.kind) + (edge.gone ? ' gone' : ''));

/** A new sink: this is all that it takes. */
function publish(name: string, deliver: Sink['deliver']): { readonly results: readonly string[] } {
  const [stop, results] = [new AbortController(), Array<string>()];
  const sink: Sink = { name, interval: 5, batch: 10, deliver };
  const ended = createPublisher({ log, sink, logger, delivered: result => results.push(result) }).run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  return { results };
}

test('what a sink did not get comes again, as it stands then; another sink does not wait for it', async () => {
  see('a.example');
  see('b.example');
  const [offered, got, gotByOther] = [Array<string>(), Array<string>(), Array<string>()];
  let accepts = false;
  const { results } = publish('refusing at first', changes => {
    if (!accepts) {
      offered.push(...summary(changes));
      return Promise.reject(new Error('no room'));
    }
    got.push(...summary(changes));
    return Promise.resolve();
  });
  publish('other', changes => {
    gotByOther.push(...summary(changes));
    return Promise.resolve();
  });
  await vi.waitFor(() => expect(results).toContain('failed'), 10_000);
  await vi.waitFor(() => expect(gotByOther).toEqual(['a.example', 'b.example']), 10_000);
  expect(offered.slice(0, 2)).toEqual(['a.example', 'b.example']);

  const b = store.get({ namespace: 'shop', name: 'cart' }, 'b.example');
  if (b !== undefined) store.remove(b);
  see('c.example');
  accepts = true;
  await vi.waitFor(() => expect(results).toContain('done'), 20_000);
  expect(got).toEqual(['a.example', 'b.example gone', 'c.example']);
  await vi.waitFor(() => expect(gotByOther.slice(2)).toEqual(['b.example gone', 'c.example']), 10_000);
});

test('a sink that refuses everything is asked ever more seldom', async () => {
  const asked: number[] = [];
  see('d.example');
  publish('broken', () => {
    asked.push(performance.now());
    return Promise.reject(new Error('away'));
  });
  await vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(3), 20_000);
  const [first = 0, second = 0, third = 0] = asked;
  // Half of the pause at least: 1 s, then 2 s. A timer may fire a millisecond early.
  expect(second - first).toBeGreaterThan(490);
  expect(third - second).toBeGreaterThan(990);
});
