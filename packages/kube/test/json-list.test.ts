import { createServer, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { DecodeError } from '../src/decode/decode-error.ts';
import { metadataSelection, type FieldSelection } from '../src/decode/field-selection.ts';
import { JsonListDecoder } from '../src/decode/json-list-decoder.ts';
import { WatchedCollection, type CollectionState } from '../src/index.ts';
import { connectTo, runUntilTestEnds } from './until-test-ends.ts';

function decode(text: string, fields?: FieldSelection) {
  const items: unknown[] = [];
  const decoder = new JsonListDecoder({ fields, visit: item => items.push(item) });
  decoder.push(Buffer.from(text.slice(0, 5)));
  decoder.push(Buffer.from(text.slice(5)));
  return { ...decoder.end(), items };
}

test.each(['', '[]', '"list"', '{"items":[]}', '{"metadata":{}}', '{"metadata":{"resourceVersion":"1"},"items":['])(
  '%s is no list',
  text => {
    expect(() => decode(text)).toThrow(DecodeError);
  },
);

test('a list without items is empty', () => {
  const text = '{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":null}';
  expect(decode(text)).toEqual({ items: [], resourceVersion: '7', next: undefined });
});

test('of an object the members that are wanted are read, or all of it', () => {
  const item = { metadata: { name: 'cart', generation: 3 }, spec: { replicas: 2 } };
  const text = JSON.stringify({ metadata: { resourceVersion: '7', continue: 'more' }, items: [item] });
  expect(decode(text)).toEqual({ items: [item], resourceVersion: '7', next: 'more' });
  expect(decode(text, metadataSelection).items).toEqual([{ metadata: { name: 'cart' } }]);
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
