import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createKubernetesApi, pod, type KubernetesObject } from '@network-mapper/testkit';
import { collectionPath, connectKube, WatchedCollection, type CollectionState, type KubeObject } from '../src/index.ts';
import { DecodeError } from '../src/decode/decode-error.ts';
import { metadataSelection } from '../src/decode/field-selection.ts';
import { pickFields } from '../src/decode/pick-fields.ts';
import { ProtobufListDecoder } from '../src/decode/protobuf-list-decoder.ts';
import { fieldsFor, recordedLists } from './recorded-lists.ts';
import { connectTo, runUntilTestEnds } from './until-test-ends.ts';

/** What the recorded lists are of. */
const kinds: Readonly<Record<string, { readonly group: string; readonly kind: string }>> = {
  pods: { group: '', kind: 'Pod' },
  services: { group: '', kind: 'Service' },
  nodes: { group: '', kind: 'Node' },
  endpointslices: { group: 'discovery.k8s.io', kind: 'EndpointSlice' },
  replicasets: { group: 'apps', kind: 'ReplicaSet' },
};

/** Decodes bytes that come in pieces of a size. */
function decode(bytes: Buffer, { plural, piece }: { readonly plural: string; readonly piece: number }) {
  const items: Record<string, unknown>[] = [];
  const decoder = new ProtobufListDecoder(fieldsFor(plural), item => items.push(item));
  for (let at = 0; at < bytes.length; at += piece) decoder.push(bytes.subarray(at, at + piece));
  return { items, ...decoder.end() };
}

test.each(recordedLists)('$resource say the same in protocol buffers as in JSON', ({ resource, protobuf, json }) => {
  const expected = json.items.map(item => pickFields(item, fieldsFor(resource)));
  expect(expected.length).toBeGreaterThan(0);
  for (const piece of [1, 7, 1_000, Infinity]) {
    const list = decode(Buffer.from(protobuf, 'base64'), { plural: resource, piece });
    expect(list.items).toEqual(expected);
    expect(list).toMatchObject({ resourceVersion: json.metadata.resourceVersion, next: json.metadata.continue });
  }
});

test.each(recordedLists)(
  'the API of our tests sends $resource as a real one does, of nearly the same length',
  async ({ resource, protobuf, json }) => {
    await using api = await createKubernetesApi();
    const { group, kind } = kinds[resource] ?? { group: '', kind: '' };
    const apiVersion = group === '' ? 'v1' : `${group}/v1`;
    for (const item of json.items) api.put({ ...item, apiVersion, kind } as unknown as KubernetesObject);
    const connection = await connectKube({ kubeconfig: api.kubeconfig() });
    const selection = fieldsFor(resource);
    const isWhole = selection !== metadataSelection;
    const parameters = isWhole ? '' : ';as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const path = collectionPath({ group, version: 'v1', plural: resource, namespaced: true });
    const { body } = await connection.get(path, { accept: `application/vnd.kubernetes.protobuf${parameters}` });
    connection.close();
    const byName = (items: readonly Record<string, unknown>[]) => items.map(item => JSON.stringify(item)).toSorted();
    expect(byName(decode(body, { plural: resource, piece: 1_000 }).items)).toEqual(
      byName(json.items.map(item => pickFields(item, selection))),
    );
    const real = Buffer.from(protobuf, 'base64').length;
    expect(body.length / real).toBeGreaterThan(0.9);
    expect(body.length / real).toBeLessThan(1.3);
  },
);

test('bytes that are cut off or damaged end in an error, never in anything else', () => {
  const [pods] = recordedLists.map(({ protobuf }) => Buffer.from(protobuf, 'base64'));
  const damage = fc.record({
    at: fc.nat((pods?.length ?? 1) - 1),
    byte: fc.nat(255),
    length: fc.nat(pods?.length ?? 0),
  });
  fc.assert(
    fc.property(damage, ({ at, byte, length }) => {
      const bytes = Buffer.from(pods ?? []);
      bytes[at] = byte;
      try {
        for (const item of decode(bytes.subarray(0, length), { plural: 'pods', piece: 997 }).items)
          expect(item).toBeTypeOf('object');
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
  );
});

test('a collection lists in protocol buffers where the server can', async () => {
  const recorded = recordedLists.find(({ resource }) => resource === 'pods');
  const server = createServer((request, response) => {
    if (request.url?.includes('watch=true') === true) {
      response.writeHead(200).flushHeaders();
      return;
    }
    expect(request.headers.accept).toBe('application/vnd.kubernetes.protobuf,application/json');
    response.setHeader('content-type', 'application/vnd.kubernetes.protobuf');
    response.end(Buffer.from(recorded?.protobuf ?? '', 'base64'));
  });
  const connection = await connectTo(server);
  const seen: KubeObject[] = [];
  const collection = new WatchedCollection({
    connection,
    resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
    reduce: object => seen.push(object),
  });
  runUntilTestEnds(collection);
  await collection.whenSynced();
  expect(seen.map(({ metadata }) => metadata.name)).toContain('store-0');
});

/** Lists pods of a server that answers every list with these bytes, said to be gzip. */
async function listZipped(
  bytes: Buffer,
): Promise<{ readonly names: readonly string[]; readonly state: CollectionState }> {
  const server = createServer((request, response) => {
    if (request.url?.includes('watch=true') === true) {
      response.writeHead(200).flushHeaders();
      return;
    }
    expect(request.headers['accept-encoding']).toBe('gzip');
    response.writeHead(200, { 'content-type': 'application/vnd.kubernetes.protobuf', 'content-encoding': 'gzip' });
    response.end(bytes);
  });
  const connection = await connectTo(server);
  const names: string[] = [];
  const { promise: first, resolve } = Promise.withResolvers<CollectionState>();
  const collection = new WatchedCollection({
    connection,
    resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
    reduce: ({ metadata }) => names.push(metadata.name),
    stateChanged: resolve,
  });
  runUntilTestEnds(collection);
  return { state: await first, names };
}

const recordedPods = Buffer.from(recordedLists.find(({ resource }) => resource === 'pods')?.protobuf ?? '', 'base64');

test('a list that comes zipped says the same', async () => {
  const { names, state } = await listZipped(gzipSync(recordedPods));
  expect(state.kind).toBe('synced');
  expect(names).toEqual(
    decode(recordedPods, { plural: 'pods', piece: Infinity }).items.map(
      item => (item as unknown as KubeObject).metadata.name,
    ),
  );
});

test.each([
  ['is not zipped as it says', recordedPods, 'the answer is no gzip: incorrect header check'],
  ['is cut off', gzipSync(recordedPods).subarray(0, -100), 'the answer is no gzip: unexpected end of file'],
])('a list that %s is no list', async (_title, bytes, problem) => {
  expect((await listZipped(bytes)).state).toMatchObject({
    kind: 'failing',
    reason: 'bad-answer',
    problem: expect.stringContaining(problem) as unknown,
  });
});

test('a watch goes on over the connection of its list', async () => {
  await using api = await createKubernetesApi();
  api.put(pod({ name: 'web', namespace: 'shop' }));
  const connection = await connectKube({ kubeconfig: api.kubeconfig() });
  let connections = 0;
  const count = (): number => connections++;
  subscribe('net.client.socket', count);
  onTestFinished(() => void unsubscribe('net.client.socket', count));
  const collection = new WatchedCollection({
    connection,
    resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
    reduce: ({ metadata }) => metadata.name,
  });
  runUntilTestEnds(collection);
  await vi.waitUntil(() => api.openWatches({ plural: 'pods' }) === 1);
  expect(connections).toBe(1);
  connection.close();
});
