import { once } from 'node:events';
import { createServer as createPlain, get, type Server } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { object } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startAwsMapper, type Reported } from './aws/aws-mapper.ts';
import { startAwsEndpoint, startProxy, type AwsEndpoint, type RunningProxy } from './aws/world.ts';

const host = 'sqs.eu-west-1.amazonaws.com';

interface World {
  readonly aws: AwsEndpoint;
  readonly proxy: RunningProxy;
  /** What was reported to the mapper. */
  readonly operations: readonly Reported[];
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function startWorld(): Promise<World> {
  const mapper = await startAwsMapper();
  onTestFinished(mapper.close);
  const backend = await listening(
    createPlain((request, response) => {
      request.resume();
      request.once('end', () => response.writeHead(200, { 'x-amzn-requestid': '1' }).end(request.headers.host));
    }),
  );
  const aws = await startAwsEndpoint(backend);
  const proxy = await startProxy({ aws, mapperUrl: mapper.url });
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]();
    await aws[Symbol.asyncDispose]();
  });
  await vi.waitUntil(async () => (await proxy.problems()) === '', { timeout: 60_000 });
  return { aws, proxy, operations: mapper.reported };
}

const authorization = 'AWS4-HMAC-SHA256 Credential=AKIASP2TPHJSQH3FJXYZ/20260101/eu-west-1/sqs/aws4_request';
const body = '{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/123456789012/orders","MessageBody":"m"}';
const request = [
  'POST / HTTP/1.1',
  `Host: ${host}`,
  'X-Amz-Target: AmazonSQS.SendMessage',
  'Content-Type: application/x-amz-json-1.0',
  `Authorization: ${authorization}`,
  `Content-Length: ${body.length}`,
  'Connection: close',
  '',
  body,
].join('\r\n');

interface TlsOptions {
  readonly port: number;
  readonly ca: string;
  readonly servername?: string;
}

/** Sends the request over TLS by SNI; answers what came back, or the error. */
async function send({ port, ca, servername = host }: TlsOptions): Promise<string> {
  const socket: TLSSocket = connectTls({ host: '127.0.0.1', port, servername, ca, ALPNProtocols: ['http/1.1'] });
  try {
    await once(socket, 'secureConnect');
    socket.write(request);
    return await text(socket);
  } catch (error) {
    return String(error);
  } finally {
    socket.destroy();
  }
}

test('TLS by the name of the server is passed on, and reported with the role of the pod’s ServiceAccount', async () => {
  const { proxy, operations } = await startWorld();
  const role = 'arn:aws:iam::123456789012:role/shop';
  const account = object({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    name: 'default',
    namespace: 'shop',
    annotations: { 'eks.amazonaws.com/role-arn': role },
  });
  proxy.kubernetes.put(account);
  const options = { port: proxy.httpsPort, ca: proxy.authority() };
  await vi.waitUntil(
    async () => {
      expect(await send(options)).toMatch(/^HTTP\/1\.1 200 OK[^]*sqs\.eu-west-1\.amazonaws\.com/);
      return operations.some(({ iamRole }) => iamRole === role);
    },
    { timeout: 60_000, interval: 200 },
  );
  expect(operations.at(-1)).toMatchObject({
    actions: ['sqs:SendMessage'],
    resource: 'arn:aws:sqs:eu-west-1:123456789012:orders',
    srcIp: '127.0.0.1',
    iamRole: role,
  });
});

test('a pod that has not opted in is not served', async () => {
  const { proxy } = await startWorld();
  proxy.kubernetes.remove({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-x', namespace: 'shop' } });
  const options = { port: proxy.httpsPort, ca: proxy.authority() };
  await vi.waitUntil(async () => !(await send(options)).startsWith('HTTP'), { timeout: 60_000 });
});

test('the proxy is no way to anywhere but AWS', async () => {
  const { proxy } = await startWorld();
  const options = { port: proxy.httpsPort, ca: proxy.authority() };
  expect(await send({ ...options, servername: 'example.com' })).not.toContain('200 OK');
  expect(await send({ ...options, servername: 'db.abc.eu-west-1.rds.amazonaws.com' })).not.toContain('200 OK');
  const socket: Socket = connect({ host: '127.0.0.1', port: proxy.httpPort });
  socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n');
  expect(await text(socket)).toContain('403 Forbidden');
});

test('a client that does not trust the proxy is left alone after three tries, and reaches AWS itself', async () => {
  const { proxy, aws } = await startWorld();
  const distrusting = { port: proxy.httpsPort, ca: aws.authority };
  const answers: string[] = [];
  for (let attempt = 0; attempt < 4; attempt++) answers.push(await send(distrusting));
  expect(answers.slice(0, 3).every(answer => answer.includes('unable to verify'))).toBe(true);
  expect(answers[3]).toContain('200 OK');
});

test('no certificate is made for a server of AWS that shows none that is valid', async () => {
  const { proxy } = await startWorld();
  const options = { port: proxy.httpsPort, ca: proxy.authority() };
  expect(await send(options)).toContain('200 OK');
  await using other = await startAwsEndpoint(1);
  await using distrusting = await startProxy({
    aws: { ...other, authority: proxy.authority() },
    mapperUrl: 'http://127.0.0.1:1/query',
  });
  await vi.waitUntil(async () => (await distrusting.problems()) === '', { timeout: 60_000 });
  expect(await send({ port: distrusting.httpsPort, ca: distrusting.authority() })).not.toContain('200 OK');
});

test('plain HTTP for anywhere but AWS is refused', async () => {
  const { proxy } = await startWorld();
  const refused = get({ host: '127.0.0.1', port: proxy.httpPort, path: '/', headers: { host: 'example.com' } });
  const [error] = (await once(refused, 'error')) as [Error];
  expect(error.message).toContain('socket hang up');
});

test('HTTP/2 is spoken where AWS speaks it, and reported alike', async () => {
  const { proxy, operations } = await startWorld();
  const tls = { host: '127.0.0.1', port: proxy.httpsPort, servername: host, ca: proxy.authority() };
  const session = connectHttp2(`https://${host}`, {
    createConnection: () => connectTls({ ...tls, ALPNProtocols: ['h2', 'http/1.1'] }),
  });
  const stream = session.request({
    ':method': 'POST',
    ':path': '/',
    'x-amz-target': 'AmazonSQS.SendMessage',
    'content-type': 'application/x-amz-json-1.0',
    authorization,
  });
  stream.end(body);
  expect(await text(stream)).toContain(host);
  expect(session.alpnProtocol).toBe('h2');
  session.destroy();
  await vi.waitUntil(() => operations.length > 0, { timeout: 60_000 });
  expect(operations[0]).toMatchObject({ resource: 'arn:aws:sqs:eu-west-1:123456789012:orders' });
});
