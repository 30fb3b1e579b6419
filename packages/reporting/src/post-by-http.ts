import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { mapperHeader, type PostReply, type PostRequest } from '@network-mapper/api';

const compressed = promisify(gzip);
/** The connection to the mapper stays open from report to report. */
const keepAlive = { keepAlive: true, maxSockets: 2 };
const http = { request: httpRequest, agent: new Agent(keepAlive) };
let https: typeof http | undefined;

/** `node:https` is loaded only where it is needed, for what it takes. */
async function loadHttps(): Promise<typeof http> {
  const loaded = await import('node:https');
  return { request: loaded.request, agent: new loaded.Agent(keepAlive) };
}

/** Bytes of a reply that are read; the mapper's are a hundred. */
const longestReply = 64 * 1024;

/** Sends by `node:http`, which takes some megabytes less than `fetch`: an agent runs on every node of a cluster. */
export async function postByHttp({ url, json, compress, signal }: PostRequest): Promise<PostReply> {
  const body = compress ? await compressed(json) : Buffer.from(json);
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(compress ? { 'content-encoding': 'gzip' } : {}),
  };
  const protocol = url.startsWith('https:') ? (https ??= await loadHttps()) : http;
  const { promise, resolve, reject } = Promise.withResolvers<PostReply>();
  const request = protocol.request(
    url,
    { method: 'POST', headers, signal, agent: protocol.agent },
    response => void read(response).then(resolve, reject),
  );
  request.once('error', reject);
  request.end(body);
  return promise;
}

async function read(response: IncomingMessage): Promise<PostReply> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > longestReply) throw new Error(`a reply of more than ${longestReply} bytes`);
  }
  const mapper = response.headers[mapperHeader];
  return { status: response.statusCode ?? 0, text, mapper: typeof mapper === 'string' ? mapper : undefined };
}
