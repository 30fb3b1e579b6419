import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { listenLocally, type LocalServer } from '../../../packages/testkit/src/index.ts';

const block = Buffer.alloc(65_536, 'the bytes of an object');
export const objectSize = 1024 ** 3;

/** The sha256 of what a store serves. */
export function objectHash(): string {
  const hash = createHash('sha256');
  for (let at = 0; at < objectSize; at += block.length) hash.update(block);
  return hash.digest('hex');
}

/** 1 GiB in blocks. */
export function* objectBlocks(): Generator<Buffer> {
  for (let at = 0; at < objectSize; at += block.length) yield block;
}

/** Answers a PUT with the sha256 of its body, a GET of `/object` with 1 GiB, and all else with a few bytes. */
export function startStore(): Promise<LocalServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const hash = createHash('sha256');
      for await (const chunk of request) hash.update(chunk as Buffer);
      if (request.method === 'PUT') return void response.end(hash.digest('hex'));
      if (request.url !== '/object') return void response.end('ok');
      response.setHeader('content-length', objectSize);
      for (const bytes of objectBlocks()) if (!response.write(bytes)) await once(response, 'drain');
      response.end();
    })();
  });
  return listenLocally(server);
}
