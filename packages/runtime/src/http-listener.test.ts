import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { closeServer, createHttpListener, listen, ListenError, type HttpListenerOptions } from './http-listener.ts';

interface Listening {
  readonly url: string;
  stop(): Promise<void>;
}

async function start(options: Omit<HttpListenerOptions, 'name' | 'port' | 'listening'>): Promise<Listening> {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  const running = createHttpListener({ ...options, name: 'the test', port: 0, listening: resolve }).run(stop.signal);
  return {
    url: `http://127.0.0.1:${await promise}`,
    stop: () => {
      stop.abort();
      return running;
    },
  };
}

test('a port that is taken is an error that says so', async () => {
  const taken = createServer();
  const port = await listen(taken, { name: 'the first', port: 0 });
  const second = createHttpListener({ name: 'the second', port, handle: () => undefined });
  await expect(second.run(new AbortController().signal)).rejects.toThrow(ListenError);
  await expect(second.run(new AbortController().signal)).rejects.toThrow(
    `the second cannot listen on port ${port}: another process listens there`,
  );
  await closeServer(taken);
});

test('a request that has begun is answered after the end was asked for, when it gets the time', async () => {
  const begun = Promise.withResolvers<undefined>();
  const goOn = Promise.withResolvers<undefined>();
  const listener = await start({
    shutdownTimeout: 60_000,
    handle: (_, response) => {
      begun.resolve(undefined);
      void goOn.promise.then(() => response.end('whole'));
    },
  });
  const answer = fetch(listener.url);
  await begun.promise;
  const stopped = listener.stop();
  goOn.resolve(undefined);
  expect(await (await answer).text()).toBe('whole');
  await stopped;
});

test('a request that never ends is cut', async () => {
  const begun = Promise.withResolvers<undefined>();
  const listener = await start({ handle: () => begun.resolve(undefined), shutdownTimeout: 20 });
  const answer = fetch(listener.url);
  const cut = expect(answer).rejects.toThrow();
  await begun.promise;
  await listener.stop();
  await cut;
});

test('the port is opened only when requests can be answered, and never when the end comes first', async () => {
  const stop = new AbortController();
  const listener = createHttpListener({
    name: 'the test',
    port: 0,
    handle: () => undefined,
    ready: () => new Promise(() => undefined),
    listening: () => expect.unreachable('the port was opened'),
  });
  const running = listener.run(stop.signal);
  stop.abort();
  await running;
});

test('closing a server that does not listen does nothing', async () => {
  const server = createServer();
  await closeServer(server);
  server.listen(0);
  await once(server, 'listening');
  await closeServer(server);
  await closeServer(server);
});
