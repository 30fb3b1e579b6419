import { connect, createServer, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Exchange } from './exchange.ts';
import { Http2Tap } from './http2-tap.ts';

async function listening(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A real client and a real server of HTTP/2 (nghttp2), and what a tap between them reads. */
async function startTapped(): Promise<{ readonly session: ClientHttp2Session; readonly exchanges: Exchange[] }> {
  const server = createServer({ settings: { headerTableSize: 8192 } });
  server.on('stream', (stream, headers) => {
    stream.resume();
    stream.once('end', () => {
      stream.respond({ ':status': Number(headers['x-wanted'] ?? 200), 'x-amzn-requestid': 'a'.repeat(40) });
      stream.end('answer');
    });
  });
  const upstream = await listening(server);
  const exchanges: Exchange[] = [];
  const between = createTcp(client => {
    const tap = new Http2Tap({
      host: 'kinesis.eu-west-1.amazonaws.com',
      finished: exchange => exchanges.push(exchange),
    });
    const socket = connectTcp(upstream, '127.0.0.1');
    client.on('data', (bytes: Buffer) => tap.fromClient(bytes)).on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => tap.fromServer(bytes)).on('error', () => client.destroy());
    client.pipe(socket).pipe(client);
  });
  const session = connect(`http://127.0.0.1:${await listening(between)}`);
  onTestFinished(() => {
    session.destroy();
    between.close();
    server.close();
  });
  return { session, exchanges };
}

async function ask(session: ClientHttp2Session, headers: Record<string, string>, body: string): Promise<void> {
  const stream = session.request({ ':method': 'POST', ...headers });
  stream.end(body);
  await text(stream);
}

test('requests over HTTP/2 are read with their headers, the first of their bodies, and the status of the answers', async () => {
  const { session, exchanges } = await startTapped();
  const common = { 'x-amz-target': 'Kinesis_20131202.PutRecord', authorization: `AWS4 ${'z'.repeat(3000)}` };
  const sent = Array.from({ length: 60 }, (_, number) =>
    ask(
      session,
      { ':path': `/${number}`, ...common, 'x-number': String(number), 'x-wanted': number % 7 === 0 ? '400' : '200' },
      `{"StreamName":"clicks","number":${number},"Data":"${'x'.repeat(number * 3000)}"}`,
    ),
  );
  await Promise.all(sent);
  await vi.waitUntil(() => exchanges.length === 60);
  const byPath = new Map(exchanges.map(exchange => [exchange.request.path, exchange]));
  for (let number = 0; number < 60; number++) {
    const { request, status } = byPath.get(`/${number}`) ?? {};
    expect(status).toBe(number % 7 === 0 ? 400 : 200);
    expect(request?.headers.get('x-number')).toBe(String(number));
    expect(request?.headers.get('authorization')).toBe(common.authorization);
    expect(request?.bodyStart.toString()).toContain(`"number":${number},`);
    expect(request?.bodyStart.length).toBeLessThanOrEqual(1024);
  }
});

test('whatever texts headers have, they are read as they were sent', async () => {
  const { session, exchanges } = await startTapped();
  const visible = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map(code => String.fromCharCode(code)),
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(visible, { maxLength: 8 }), async values => {
      exchanges.length = 0;
      const trimmed = values.map(value => value.trim());
      const headers = Object.fromEntries(trimmed.map((value, index) => [`x-header-${index}`, value]));
      await ask(session, { ':path': '/', ...headers }, '');
      await vi.waitUntil(() => exchanges.length === 1);
      const read = exchanges[0]?.request.headers;
      expect(trimmed.map((_, index) => read?.get(`x-header-${index}`))).toEqual(trimmed);
    }),
    { numRuns: 60 },
  );
});

test('what is not HTTP/2 is passed over in silence, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
      const tap = new Http2Tap({ host: 'x', finished: () => undefined });
      tap.fromClient(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from(bytes)]));
      tap.fromServer(Buffer.from(bytes));
    }),
    { numRuns: 2000 },
  );
});
