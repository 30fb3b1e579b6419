// The process of every pod of the demo: answers all requests, and calls the services it depends on, over and over.
import { Resolver } from 'node:dns/promises';
import { Agent, createServer, get } from 'node:http';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../layout.ts';
import { lookUp, type SearchList } from './search-list.ts';

interface Settings {
  readonly port: number;
  readonly nameserver: string;
  readonly search: SearchList;
  readonly targets: readonly Target[];
  readonly intervalMilliseconds: number;
}

const settings = JSON.parse(process.env.SETTINGS ?? '') as Settings;
const resolver = new Resolver({ timeout: 1000, tries: 2 });
resolver.setServers([settings.nameserver]);

/** One request; the address is looked up only if a connection has to be opened for it. */
function call({ host, port }: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(
      {
        host,
        port,
        agent,
        timeout: 2000,
        lookup: (name, _, answer) => {
          lookUp(resolver, name, settings.search).then(
            address => answer(null, [{ address, family: isIP(address) }]),
            (error: unknown) => answer(error instanceof Error ? error : new Error(String(error)), []),
          );
        },
      },
      response => response.resume().once('end', resolve).once('error', reject),
    );
    request.once('timeout', () => request.destroy(new Error('no answer in 2 seconds'))).once('error', reject);
  });
}

/** Calls for ever; says when it went well first, and whenever what happens changes. */
async function keepCalling(target: Target): Promise<never> {
  const agent = new Agent({ keepAlive: target.kept });
  let last = '';
  while (true) {
    const outcome = await call(target, agent).then(
      () => 'reached',
      (error: unknown) => `cannot reach (${String(error)})`,
    );
    if (outcome !== last) console.log(`${outcome} ${target.to}`);
    last = outcome;
    // Until it works it is tried soon again: pods of one cluster start in any order.
    await sleep(outcome === 'reached' ? settings.intervalMilliseconds : 100);
  }
}

const server = createServer((_, response) => response.end('ok\n'));
// Longer than any pause between two calls: a kept connection is not closed by the server.
server.keepAliveTimeout = 3_600_000;
server.listen(settings.port, () => console.log('listening'));
await Promise.all(settings.targets.map(keepCalling));
