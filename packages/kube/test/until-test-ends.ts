import type { Server } from 'node:http';
import { kubeconfigFor, listenLocally } from '@network-mapper/testkit';
import { onTestFinished } from 'vitest';
import { connectKube, type KubeConnection, type WatchedCollection } from '../src/index.ts';

/** A connection to a server of the test's own; both are closed when the test ends. */
export async function connectTo(server: Server): Promise<KubeConnection> {
  const { url, close } = await listenLocally(server);
  const connection = await connectKube({ kubeconfig: kubeconfigFor(url) });
  onTestFinished(async () => {
    connection.close();
    await close();
  });
  return connection;
}

/** Lets a collection run until the test ends. */
export function runUntilTestEnds(collection: Pick<WatchedCollection<unknown>, 'run'>): void {
  const stop = new AbortController();
  const running = collection.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
}
