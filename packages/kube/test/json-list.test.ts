import { createServer, type ServerResponse } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeError } from '../src/decode/decode-error.ts';
import { JsonListDecoder } from '../src/decode/json-list-decoder.ts';
import { WatchedCollection, type CollectionState } from '../src/index.ts';
import { isRecord } from '../src/kube-object.ts';
import { metadataFields, type MessageFields } from '../src/decode/message-fields.ts';
import { pickFields } from '../src/decode/pick-fields.ts';
import { fieldsFor, recordedLists } from './recorded-lists.ts';
import { connectTo, runUntilTestEnds } from './until-test-ends.ts';

const pod = fieldsFor('pods');

/** Decodes text that comes in pieces of a size, in bytes. */
function decode(text: string, { fields, piece }: { readonly fields: MessageFields; readonly piece: number }) {
  const bytes = Buffer.from(text);
  const items: Record<string, unknown>[] = [];
  const decoder = new JsonListDecoder(fields, item => items.push(item));
  for (let at = 0; at < bytes.length; at += piece) decoder.push(bytes.subarray(at, at + piece));
  return { ...decoder.end(), items };
}

test.each(recordedLists)('of $resource the same members are read as from the whole JSON', ({ resource, json }) => {
  const fields = fieldsFor(resource);
  for (const [space, piece] of [
    [0, 1],
    [2, 7],
    [0, 1_000],
    [1, Infinity],
  ] as const)
    expect(decode(JSON.stringify(json, undefined, space), { fields, piece }).items).toEqual(
      json.items.map(item => pickFields(item, fields)),
    );
});

const members = [
  'metadata',
  'items',
  'spec',
  'status',
  'name',
  'labels',
  'podIPs',
  'ip',
  'hostNetwork',
  'phase',
  '{"[\\',
];

test('whatever else an object holds, the members that are wanted are read rightly', () => {
  const key = fc.oneof(fc.constantFrom(...members), fc.string({ unit: 'binary' }));
  const { anything } = fc.letrec(tie => ({
    anything: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)),
      fc.array(tie('anything'), { maxLength: 4 }),
      fc.dictionary(key, tie('anything'), { maxKeys: 4 }),
    ),
  }));
  const object = fc.record({
    metadata: fc.record({ name: fc.string({ unit: 'binary' }), extra: anything }),
    more: anything,
  });
  const list = fc.record({
    before: anything,
    metadata: fc.record({ resourceVersion: fc.string(), continue: fc.string() }),
    items: fc.array(object),
    after: anything,
  });
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 100 }), (given, piece) => {
      const { items, resourceVersion, next } = decode(JSON.stringify(given), { fields: pod, piece });
      expect(items.map(item => isRecord(item.metadata) && item.metadata.name)).toEqual(
        given.items.map(({ metadata }) => metadata.name),
      );
      expect([resourceVersion, next ?? '']).toEqual([given.metadata.resourceVersion, given.metadata.continue]);
    }),
  );
});

test('an answer that is cut off or damaged ends in an error, never in anything else', () => {
  const text = JSON.stringify(recordedLists.find(({ resource }) => resource === 'pods')?.json);
  const damage = fc.record({ at: fc.nat(text.length - 1), byte: fc.nat(127), length: fc.nat(text.length) });
  fc.assert(
    fc.property(damage, ({ at, byte, length }) => {
      const damaged = `${text.slice(0, at)}${String.fromCharCode(byte)}${text.slice(at + 1)}`.slice(0, length);
      try {
        decode(damaged, { fields: pod, piece: 997 });
        // A list that is damaged may still be one; what ends within it is none.
        expect(length).toBe(text.length);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
  );
});

test.each(['', '[]', '"list"', '{"items":[]}', '{"metadata":{}}', '{"metadata":{"resourceVersion":"1"},"items":[1]}'])(
  '%s is no list',
  text => {
    expect(() => decode(text, { fields: pod, piece: 3 })).toThrow(DecodeError);
  },
);

test('a list without items is empty', () => {
  const text = '{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":null}';
  expect(decode(text, { fields: pod, piece: 1 })).toEqual({ items: [], resourceVersion: '7', next: undefined });
});

test('an object of a megabyte that comes in small pieces is read in a moment', () => {
  const large = { metadata: { name: 'large' }, data: Array.from({ length: 20_000 }, () => 'x'.repeat(50)) };
  const text = JSON.stringify({ metadata: { resourceVersion: '7' }, items: [large] });
  // Read anew with each piece it would take a minute.
  expect(decode(text, { fields: metadataFields, piece: 100 }).items).toEqual([{ metadata: { name: 'large' } }]);
});

const good = '{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"cart","namespace":"shop"}}]}';

test.each<[string, string, (response: ServerResponse) => void]>([
  ['is no list', 'bad-answer', response => response.end('<html>')],
  ['has an item without a name', 'bad-answer', response => response.end(good.replace('name', 'nome'))],
  ['ends too early', 'bad-answer', response => response.end(good.slice(0, -5))],
  [
    'breaks off',
    'unreachable',
    response => {
      response.write(good.slice(0, -5), () => response.destroy());
    },
  ],
])('a list that %s is asked for again', async (_how, reason, answerBadly) => {
  let lists = 0;
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url?.includes('watch=true') === true) response.flushHeaders();
    else if (lists++ === 0) answerBadly(response);
    else response.end(good);
  });
  const connection = await connectTo(server);
  const states: CollectionState[] = [];
  const collection = new WatchedCollection({
    connection,
    resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
    reduce: object => object.metadata.name,
    stateChanged: state => states.push(state),
  });
  runUntilTestEnds(collection);
  await collection.whenSynced();
  expect([...collection.values()]).toEqual(['cart']);
  expect(states[0]).toMatchObject({ kind: 'failing', reason });
});
