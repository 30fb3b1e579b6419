import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { release } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { SockDiag } from './sock-diag.ts';

const [major = 0, minor = 0] = release().split('.').map(Number);
const isKnown = major > 5 || (major === 5 && minor >= 8);
if (!isKnown) console.warn('tests of sock_diag are left out: Linux 5.8 is needed for control groups of sockets');

const loopback = Buffer.from([127, 0, 0, 1]);

interface Connection {
  readonly clientPort: number;
  readonly serverPort: number;
}

async function connected(): Promise<Connection> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const serverPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const accepted = once(server, 'connection');
  const client = connect(serverPort, '127.0.0.1');
  await once(client, 'connect');
  const [peer] = (await accepted) as [Socket];
  onTestFinished(() => {
    client.destroy();
    peer.destroy();
    server.close();
  });
  return { clientPort: client.localPort ?? 0, serverPort };
}

function open(): SockDiag {
  const diag = new SockDiag();
  onTestFinished(() => diag.close());
  return diag;
}

test.skipIf(!isKnown)('a socket is found by its ends, with its control group', async () => {
  const { clientPort, serverPort } = await connected();
  const found = open().find({
    local: { address: loopback, port: clientPort },
    remote: { address: loopback, port: serverPort },
  });
  expect(found).toMatchObject({ local: { port: clientPort } });
  expect(found?.inode).toBeGreaterThan(0);
  expect(found?.controlGroup).toBeGreaterThan(0);
});

test('a connection that nobody has is not found', async () => {
  const { clientPort } = await connected();
  const ends = { local: { address: loopback, port: clientPort }, remote: { address: loopback, port: 9 } };
  expect(open().find(ends)).toBeUndefined();
});

test.skipIf(!isKnown)('sockets are found by their local port, whatever the other end, and no others', async () => {
  const [one, other] = [await connected(), await connected()];
  const diag = open();
  expect(diag.findByLocalPort(one.clientPort).map(({ local }) => local.port)).toEqual([one.clientPort]);
  const all = diag.all('TCP').map(({ local }) => local.port);
  expect(all).toEqual(expect.arrayContaining([one.clientPort, one.serverPort, other.clientPort]));
});

test('it may be closed twice', () => {
  const diag = open();
  diag.close();
  expect(() => diag.close()).not.toThrow();
});
