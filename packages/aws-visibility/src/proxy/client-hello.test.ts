import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readClientHello } from './client-hello.ts';

/** The first bytes of a real client. */
async function helloOf(options: { readonly servername?: string; readonly ALPNProtocols?: string[] }): Promise<Buffer> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ...options });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

test('the server’s name and the protocols are read from the first bytes of a client', async () => {
  const hello = await helloOf({ servername: 'SQS.eu-west-1.amazonaws.com', ALPNProtocols: ['h2', 'http/1.1'] });
  const expected = { serverName: 'sqs.eu-west-1.amazonaws.com', protocols: ['h2', 'http/1.1'] };
  expect(readClientHello(hello)).toEqual(expected);
  for (let length = 0; length < hello.length; length++) expect(readClientHello(hello.subarray(0, length))).toBe('more');
  // In two records, as clients with long keys send it.
  const [first, second] = [hello.subarray(5, 105), hello.subarray(105)];
  const record = (part: Buffer) => Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part]);
  expect(readClientHello(Buffer.concat([record(first), record(second)]))).toEqual(expected);
});

test('a client that names no server is read as such', async () => {
  expect(readClientHello(await helloOf({}))).toEqual({ serverName: undefined, protocols: [] });
});

test('what is no TLS is none, whatever it is', () => {
  expect(readClientHello(Buffer.from('GET / HTTP/1.1\r\n'))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      readClientHello(Buffer.concat([Buffer.from([22, 3, 1, 0, 180, 1, 0, 0, 170]), Buffer.from(bytes)]));
    }),
  );
});
