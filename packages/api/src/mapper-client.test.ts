import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { MapperClient } from './mapper-client.ts';
import * as operations from './operations.generated.ts';

type Handler = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function mapper(handle: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handle(request, Buffer.concat(chunks), response));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const health = { document: 'query Health { health }', operationName: 'Health' };

test('an answer of the mapper is its data', async () => {
  const url = await mapper((request, body, response) => {
    expect(request.url).toBe('/query');
    expect(JSON.parse(body.toString())).toEqual({ query: 'query Health { health }', operationName: 'Health' });
    response.setHeader('x-mapper-instance', 'one').end('{"data":{"health":true}}');
  });
  expect(await new MapperClient({ url, timeout: 5000 }).ask(health)).toEqual({
    kind: 'answered',
    data: { health: true },
    mapper: 'one',
  });
});

test('a mapper that does not know a field is older than its client', async () => {
  const url = await mapper((_request, _body, response) =>
    response.writeHead(422).end('{"errors":[{"message":"unknown field"}],"data":null}'),
  );
  expect(await new MapperClient({ url, timeout: 5000 }).ask(health)).toEqual({
    kind: 'unsupported',
    problem: 'unknown field',
    isMappers: true,
    mapper: undefined,
  });
});

test.each([
  ['the mapper says so in the words of GraphQL', { errors: [{ message: 'no' }] }, {}, 'refused'],
  ['the mapper names itself', 'no', { 'x-mapper-instance': 'one' }, 'refused'],
  ['a proxy answers', '<html>', {}, 'failed'],
  ['another server answers with errors of its own', { errors: 'no' }, {}, 'failed'],
  ['another server answers with other errors of its own', { errors: [{ code: 7 }] }, {}, 'failed'],
])('it is known who refuses a request: %s', async (_, body, headers, kind) => {
  const answers = await Promise.all(
    [400, 413, 422].map(async status => {
      const url = await mapper((_request, _body, response) =>
        response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body)),
      );
      return new MapperClient({ url, timeout: 5000 }).ask(health);
    }),
  );
  const isMappers = kind === 'refused';
  expect(answers).toMatchObject([{ kind }, { kind }, { kind: 'unsupported', isMappers }]);
});

test('large reports travel compressed', async () => {
  const variables = { results: { results: [{ srcIp: '10.0.0.1', srcHostname: 'x'.repeat(5000), destinations: [] }] } };
  const url = await mapper((request, body, response) => {
    expect(request.headers['content-encoding']).toBe('gzip');
    expect((JSON.parse(gunzipSync(body).toString()) as { variables: unknown }).variables).toEqual(variables);
    response.end('{"data":{"reportCaptureResults":true}}');
  });
  const client = new MapperClient({ url, timeout: 5000, compressAbove: 1000 });
  expect((await client.ask({ ...operations.reportCaptureResults, variables })).kind).toBe('answered');
});

test('a mapper that is away, slow or broken is a failure with a reason, never an exception', async () => {
  const away = await mapper(() => undefined);
  stops.pop()?.();
  expect(await new MapperClient({ url: away, timeout: 5000 }).ask(health)).toMatchObject({
    kind: 'failed',
    problem: `${away}/query cannot be reached: ECONNREFUSED`,
  });
  const slow = await mapper(() => undefined);
  expect(await new MapperClient({ url: slow, timeout: 20 }).ask(health)).toEqual({
    kind: 'failed',
    problem: `no answer from ${slow}/query within 20 ms`,
  });
  const broken = await mapper((_request, _body, response) => response.writeHead(500).end('oops'));
  expect(await new MapperClient({ url: broken, timeout: 5000 }).ask(health)).toEqual({
    kind: 'failed',
    status: 500,
    problem: 'HTTP error status code: 500',
  });
});
