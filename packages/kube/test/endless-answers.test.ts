import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGzip } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { KubeError, WatchedCollection, type CollectionState, type Resource } from '../src/index.ts';
import { connectTo } from './until-test-ends.ts';

const mib = 2 ** 20;
const pods: Resource = { group: '', version: 'v1', plural: 'pods', namespaced: true };
const custom: Resource = { group: 'k8s.otterize.com', version: 'v2alpha1', plural: 'clientintents', namespaced: true };
const emptyList = '{"metadata":{"resourceVersion":"7"},"items":[]}';
const protobuf = 'application/vnd.kubernetes.protobuf';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Megabytes of buffers that this process holds. */
function heldBuffers(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers / mib;
}

interface Endless {
  /** Bytes written until the client had enough. */
  sent: number;
}

/** Writes for as long as somebody reads. */
function writeForEver(body: Writable, { endless, chunk }: { endless: Endless; chunk: Buffer }): void {
  const more = (): void => {
    for (let room = true; room && !body.destroyed;) {
      endless.sent += chunk.length;
      room = body.write(chunk);
    }
  };
  body.on('drain', more);
  more();
}

const filler = Buffer.alloc(64 * 1024, 'x');
/** The list (field 2) and its first item (field 2) are said to be a gigabyte long. */
const endlessItem = Buffer.from([
  0x6b, 0x38, 0x73, 0, 0x12, 0x80, 0x80, 0x80, 0x80, 4, 0x12, 0x80, 0x80, 0x80, 0x80, 4,
]);

test.each<[string, Resource, number, (request: IncomingMessage, response: ServerResponse, endless: Endless) => void]>([
  [
    'a watch whose event does not end',
    pods,
    8,
    (request, response, endless) => {
      if (request.url?.includes('watch=true') !== true) return void response.end(emptyList);
      response.write('{"type":"ADDED","object":{"metadata":{"name":"');
      writeForEver(response, { endless, chunk: filler });
    },
  ],
  [
    'a list in protocol buffers whose object does not end',
    pods,
    4,
    (_, response, endless) => {
      response.setHeader('content-type', protobuf);
      response.write(endlessItem);
      writeForEver(response, { endless, chunk: filler });
    },
  ],
  [
    'a list whose object does not end, a thousandth of its size on the wire,',
    pods,
    // In the buffers between here and there.
    256,
    (_, response, endless) => {
      response.writeHead(200, { 'content-type': protobuf, 'content-encoding': 'gzip' });
      const zip = createGzip();
      zip.pipe(response);
      response.on('close', () => zip.destroy());
      zip.write(endlessItem);
      writeForEver(zip, { endless, chunk: filler });
    },
  ],
  [
    'a list in JSON that does not end',
    custom,
    32,
    (_, response, endless) => {
      response.write('{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"');
      writeForEver(response, { endless, chunk: filler });
    },
  ],
  [
    'a refusal that does not end',
    pods,
    16,
    (_, response, endless) => {
      response.statusCode = 500;
      writeForEver(response, { endless, chunk: filler });
    },
  ],
])('%s is given up, and its memory comes back', async (_title, resource, limit, answer) => {
  const endless: Endless = { sent: 0 };
  const server = createServer((request, response) => answer(request, response, endless));
  const connection = await connectTo(server);
  const before = heldBuffers();
  const { promise: failed, resolve } = Promise.withResolvers<CollectionState>();
  const collection = new WatchedCollection({
    connection,
    resource,
    reduce: ({ metadata }) => metadata.name,
    stateChanged: state => {
      if (state.kind === 'failing') resolve(state);
    },
  });
  const stop = new AbortController();
  const running = collection.run(stop.signal);
  onTestFinished(() => stop.abort());
  expect(await failed).toMatchObject({
    reason: 'bad-answer',
    problem: expect.stringMatching(/longer|larger/) as unknown,
  });
  // What is on its way in the kernel and in streams comes on top.
  expect(endless.sent / mib).toBeLessThan(limit + 16);
  stop.abort();
  await running;
  await expect.poll(() => heldBuffers() - before).toBeLessThan(2);
});

test('a list whose pages are empty and never the last is given up', async () => {
  const page = '{"metadata":{"resourceVersion":"7","continue":"more"},"items":[]}';
  const connection = await connectTo(createServer((_, response) => response.end(page)));
  const { promise: failed, resolve } = Promise.withResolvers<CollectionState>();
  const collection = new WatchedCollection({
    connection,
    resource: pods,
    reduce: ({ metadata }) => metadata.name,
    stateChanged: state => resolve(state),
  });
  const stop = new AbortController();
  const running = collection.run(stop.signal);
  expect(await failed).toMatchObject({ kind: 'failing', reason: 'bad-answer' });
  stop.abort();
  await running;
});

test('an answer that is read whole has a limit as well', async () => {
  const endless: Endless = { sent: 0 };
  const server = createServer((_, response) => writeForEver(response, { endless, chunk: filler }));
  const connection = await connectTo(server);
  await expect(connection.getJson('/api/v1/namespaces/shop/pods/cart')).rejects.toThrow(KubeError);
  expect(endless.sent / mib).toBeLessThan(32);
});
