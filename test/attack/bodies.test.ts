import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { AttackedMapper, callsOf, longestTurn, reportDocument } from './attacked-mapper.ts';

let mapper: AttackedMapper;
let sockets: Socket[] = [];
beforeAll(async () => {
  mapper = await AttackedMapper.start();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await mapper.assertAnswers();
  const { longestTurn: turn, resident } = await mapper.damage();
  expect(turn).toBeLessThan(longestTurn);
  expect(resident).toBeLessThan(256 * 2 ** 20);
});
afterAll(() => mapper[Symbol.asyncDispose]());

const gzip = { 'content-encoding': 'gzip' };

function packed(text: string | Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(text));
}

function withVariables(json: string): string {
  return `{"query":"{ health }","variables":${json}}`;
}

/** Connections that each send the begin of a request; a promise of how many the mapper has cut. */
async function open(count: number, text: string): Promise<void> {
  for (let index = 0; index < count; index++) {
    const socket = await mapper.connect();
    socket.pause();
    socket.write(text);
    sockets.push(socket);
  }
}

function head(contentLength: number): string {
  return `POST /query HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${contentLength}\r\n\r\n`;
}

/** A report as large as an agent ever sends it: 500 sightings. */
const batch = {
  query: reportDocument,
  variables: { results: { results: Array.from({ length: 17 }, (_, index) => callsOf(index)) } },
};

test.each([
  ['thirty megabytes of empty lists', withVariables(`{"a":[${'[],'.repeat(10_000_000)}[]]}`), 413],
  ['a megabyte of empty lists', withVariables(`{"a":[${'[],'.repeat(340_000)}[]]}`), 413],
  ['half a megabyte of brackets', withVariables('['.repeat(500_000)), 413],
  ['half a megabyte of objects within each other', withVariables('{"a":'.repeat(100_000)), 413],
  [
    'as many objects of different shapes as are allowed',
    withVariables(`{"a":[${Array.from({ length: 32_000 }, (_, index) => `{"k${index}":1},`).join('')}{}]}`),
    200,
  ],
  ['a string of nearly a megabyte', withVariables(`{"a":"${'x'.repeat(1_000_000)}"}`), 200],
  ['a string of escapes without end', withVariables(`{"a":"${'\\'.repeat(999_999)}`), 400],
  ['nothing', '', 400],
])('%s', async (_title, body, status) => {
  expect((await mapper.post(body)).status).toBe(status);
  expect((await mapper.post(packed(body), gzip)).status).toBe(status);
});

test('a hundred gzip bombs of ten megabytes each', async () => {
  const bomb = packed(Buffer.alloc(10_000_000));
  const replies = await Promise.all(Array.from({ length: 100 }, () => mapper.post(bomb, gzip)));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([413]));
});

test('a gzip file that says of itself that it is short', async () => {
  const bomb = packed(Buffer.alloc(10_000_000));
  bomb.set([5, 0, 0, 0], bomb.length - 4);
  expect((await mapper.post(bomb, gzip)).status).toBe(413);
});

test('two hundred bodies at once that unpack to a megabyte each: who finds no room learns when to try again', async () => {
  const body = packed(withVariables(`{"a":"${'x'.repeat(1_000_000)}"}`));
  const replies = await Promise.all(Array.from({ length: 200 }, () => mapper.post(body, gzip)));
  expect(replies.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
  expect(replies.filter(({ status, headers }) => status === 503 && headers.get('retry-after') === null)).toEqual([]);
});

test('sixty connections with most of a large body, which then wait, hold nobody up', async () => {
  await open(60, head(1_000_000) + '['.repeat(900_000));
  await pause(2_500);
  expect((await mapper.post(batch)).status).toBe(200);
  const replies = await Promise.all(Array.from({ length: 20 }, () => mapper.post(batch)));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
}, 60_000);

test('half a body is not waited for without end', async () => {
  await open(1, head(1_000));
  const [socket] = sockets;
  socket?.resume();
  await expect.poll(() => socket?.destroyed === true || socket?.readableEnded === true, { timeout: 60_000 }).toBe(true);
}, 90_000);

test('three hundred clients that ask for all and read nothing hold nobody up', async () => {
  const body = JSON.stringify({
    query:
      '{ intents(includeAllLabels: true) { client { name labels { key value } } server { name labels { key value } } } }',
  });
  await open(300, head(body.length) + body);
  await mapper.assertAnswers();
});

test('5,000 connections that say nothing do not keep others out', async () => {
  await open(5_000, '');
  const answered = async (): Promise<boolean> =>
    mapper.assertAnswers().then(
      () => true,
      () => false,
    );
  await expect.poll(answered, { timeout: 30_000 }).toBe(true);
}, 60_000);
