import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { Http1Tap } from './http1-tap.ts';

/** What a tap says of a connection whose bytes come in pieces of these lengths. */
function tapped(client: string, server: string, pieces: readonly number[] = [1_000_000]): Exchange[] {
  const exchanges: Exchange[] = [];
  const tap = new Http1Tap({ host: 'sns.eu-west-1.amazonaws.com', finished: exchange => exchanges.push(exchange) });
  for (const [text, push] of [
    [client, (bytes: Buffer) => tap.fromClient(bytes)],
    [server, (bytes: Buffer) => tap.fromServer(bytes)],
  ] as const) {
    const bytes = Buffer.from(text, 'latin1');
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const length = Math.max(1, pieces[turn % pieces.length] ?? 1);
      push(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return exchanges;
}

const summary = (exchanges: readonly Exchange[]) =>
  exchanges.map(
    ({ request: { method, path, bodyStart }, status }) => `${method} ${path} ${bodyStart.toString()} ${status}`,
  );

const pipelined = [
  'POST /a HTTP/1.1\r\nHost: one\r\nContent-Length: 3\r\n\r\nabc',
  'PUT /b HTTP/1.1\r\nhost: one\r\nTransfer-Encoding: aws-chunked, chunked\r\nTrailer: x\r\n\r\n4\r\nwiki\r\n6;a=b\r\npedia!\r\n0\r\nx: y\r\n\r\n',
  'HEAD /c HTTP/1.1\r\nHost: one\r\nExpect: 100-continue\r\n\r\n',
  'GET /d HTTP/1.1\r\nHost: one\r\n\r\n',
].join('');
const answers = [
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\n',
].join('');
const said = ['POST /a abc 200', 'PUT /b wikipedia! 403', 'HEAD /c  200', 'GET /d  204'];

test('requests and their answers are read, with bodies of all framings', () => {
  expect(summary(tapped(pipelined, answers))).toEqual(said);
});

test('it does not matter how the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }), pieces => {
      expect(summary(tapped(pipelined, answers, pieces))).toEqual(said);
    }),
  );
});

test('of a body of megabytes the first KiB is kept', () => {
  const body = 'x'.repeat(3_000_000);
  const [exchange] = tapped(
    `PUT /big HTTP/1.1\r\nHost: one\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    [65_536],
  );
  expect(exchange?.request.bodyStart).toHaveLength(1024);
});

test('what is not HTTP is passed over in silence, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 500 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (bytes, pieces) => {
        tapped(Buffer.from(bytes).toString('latin1'), Buffer.from(bytes).toString('latin1'), pieces);
      },
    ),
  );
  const lost = 'GET /a HTTP/1.1\r\nHost: one\r\nContent-Length: -1\r\n\r\nGET /b HTTP/1.1\r\nHost: one\r\n\r\n';
  expect(summary(tapped(lost, 'HTTP/1.1 200 OK\r\n\r\n'))).toEqual([]);
  const endless = `GET /${'a'.repeat(100_000)}`;
  expect(tapped(endless, '', [10_000])).toEqual([]);
});

test('after the protocol was changed nothing more is read', () => {
  const upgraded = 'GET /a HTTP/1.1\r\nHost: one\r\nUpgrade: websocket\r\n\r\n';
  const switched = 'HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n\r\n';
  expect(tapped(upgraded, switched)).toEqual([]);
});
