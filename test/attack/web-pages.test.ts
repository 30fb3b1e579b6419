import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttackedMapper } from './attacked-mapper.ts';

let mapper: AttackedMapper;
beforeAll(async () => {
  mapper = await AttackedMapper.start({
    env: { OTTERIZE_API_ALLOWED_HOSTS: 'map.example', OTTERIZE_CORS_ORIGINS: 'https://page.example' },
  });
});
afterAll(() => mapper[Symbol.asyncDispose]());

/** Sends a request with headers that `fetch` does not let anybody set. */
async function send(
  method: string,
  {
    path = '/query',
    body = '',
    headers,
  }: { readonly path?: string; readonly body?: string; readonly headers: Readonly<Record<string, string>> },
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(new URL(path, mapper.url), { method, headers }, response => {
    response.resume();
    response.once('end', () => resolve(response.statusCode ?? 0));
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}

const json = { 'content-type': 'application/json' };
const reset = JSON.stringify({ query: 'mutation { resetCapture }' });
const healthPath = '/query?query=%7Bhealth%7D';
const healthBody = '{"query":"{health}"}';

describe('a page of another site cannot make the mapper forget, or read from it', () => {
  test.each(['multipart/form-data; boundary=x', 'text/plain', 'application/x-www-form-urlencoded', ''])(
    'with a form of the type "%s"',
    async type => {
      const form = `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${reset}\r\n--x--\r\n`;
      const body = type.startsWith('multipart') ? form : reset;
      expect(await send('POST', { body, headers: type === '' ? {} : { 'content-type': type } })).toBe(400);
    },
  );

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['its origin', { origin: 'https://evil.example' }],
    ['no origin that counts', { origin: 'null' }],
    ['what a browser says of the site', { 'sec-fetch-site': 'cross-site' }],
    ['what a browser says of a sister site', { 'sec-fetch-site': 'same-site' }],
    ['its own name that leads here', { host: 'evil.example:9090' }],
    ['a name that only begins like an allowed one', { host: 'map.example.evil.example' }],
    ['a name in a public domain', { host: 'otterize-network-mapper.dev' }],
  ])('shown by %s', async (_title, headers) => {
    expect(await send('POST', { body: reset, headers: { ...json, ...headers } })).toBe(403);
    expect(await send('GET', { path: healthPath, headers })).toBe(403);
  });

  test('the map is still there', () => mapper.assertAnswers());
});

describe('those who may ask are answered', () => {
  test.each([
    'localhost',
    'localhost:9090',
    '127.0.0.1:41231',
    '[::1]:9090',
    '10.1.2.3',
    'otterize-network-mapper:9090',
    'mapper:9090',
    'otterize-network-mapper.otterize-system.svc:9090',
    'otterize-network-mapper.otterize-system.svc.cluster.local:9090',
    'otterize-network-mapper.otterize-system.svc.cluster.local.:9090',
    'map.example',
  ])('by the name %s', async host => {
    expect(
      await send('POST', { body: healthBody, headers: { ...json, host, 'user-agent': 'Go-http-client/1.1' } }),
    ).toBe(200);
    expect(await send('GET', { path: healthPath, headers: { host } })).toBe(200);
  });

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['a page of an allowed origin', { origin: 'https://page.example', 'sec-fetch-site': 'cross-site' }],
    [
      'a page of the same origin',
      { origin: 'http://map.example', host: 'map.example', 'sec-fetch-site': 'same-origin' },
    ],
    ['an address typed into a browser', { 'sec-fetch-site': 'none' }],
  ])('%s', async (_title, headers) => {
    expect(await send('POST', { body: healthBody, headers: { ...json, ...headers } })).toBe(200);
  });
});
