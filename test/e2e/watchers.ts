import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AskedMap } from './asked-map.ts';
import { until } from './checks.ts';
import { command } from './command.ts';
import { endToEnd, type World } from './end-to-end.ts';
import { apply, kubectlOf, rolledOut } from './kubectl.ts';
import { Release } from './release.ts';
import { watchedNamespace, watchedObjects } from './watched-workloads.ts';

// The Kafka and the Istio watcher on a real cluster: a real broker and real Envoys, read by watchers that the chart
// installed. Ends with a line `N passed, N failed`. With `E2E_API_DOWN` and `E2E_API_UP`, commands that take the API
// server away and bring it back, it is away for two minutes.

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'packages/cli/src/main.ts');
const minutesAway = 2;

/** Lines of the list; whoever creates the topic by using it describes its configuration as well. */
const wanted = [
  /^consumer in namespace e2e-watched calls:$/m,
  /^ {4}- Kafka topic: orders, operations: \[consume describe( DescribeConfigs)?\]$/m,
  /^producer in namespace e2e-watched calls:$/m,
  /^ {4}- Kafka topic: orders, operations: \[describe( DescribeConfigs)? produce\]$/m,
  /^web in namespace e2e-watched calls:$/m,
  /^ {4}- path \/v1\.2\/items\/\{id\}, methods: \[GET,POST\]$/m,
];

async function runChecks({ cluster, kubectl, checks, say, signal }: World): Promise<void> {
  const { kubeconfig } = cluster;
  const release = new Release(kubeconfig);
  const ask = (...args: readonly string[]) =>
    command(process.execPath, [cli, ...args, '--quiet', '-n', watchedNamespace, '--kubeconfig', kubeconfig], {
      signal,
    });
  const shows = (seconds: number, lines: readonly RegExp[], ...args: readonly string[]) =>
    until(
      { seconds, signal, wanted: lines.map(String).join('\n') },
      () => ask(...args),
      shown => lines.every(line => line.test(shown)),
    );
  try {
    await apply(kubeconfig, watchedObjects());
    await release.install(
      'kafkawatcher.enable=true',
      `kafkawatcher.kafkaServers={kafka-0.${watchedNamespace}}`,
      `kafkawatcher.bootstrapServers={kafka.${watchedNamespace}:9092}`,
      'kafkawatcher.kafkaReportInterval=2s',
      'kafkawatcher.options.groupInterval=5s',
      'istiowatcher.enable=true',
      'istiowatcher.options.cooldown=3s',
      'istiowatcher.options.reportInterval=2s',
    );
    await checks.check('the broker, its clients and the two workloads run', () =>
      rolledOut(kubectl, watchedNamespace, { seconds: 180 }),
    );
    await checks.check('everything installed is ready', () => rolledOut(kubectl, release.namespace, { seconds: 240 }));
    await checks.check('the list has the topics with their operations, and the paths with their methods', () =>
      shows(180, wanted, 'list'),
    );
    const asked = new AskedMap(kubeconfig, signal);
    await checks.check('a group of consumers is known beside what was seen, and response codes with the paths', () =>
      until(
        { seconds: 60, signal, wanted: 'the group billing and the response code 200' },
        () => asked.calls(watchedNamespace),
        // Beside it may stand 503: the first calls may come before the server listens.
        shown => shown.includes('"groups":["billing"]') && /"responseCodes":\[200(,503)?\]/.test(shown),
      ),
    );
    await checks.check('the watchers’ reports are taken by a mapper that lets nobody in without a right', async () => {
      const mode = await kubectl('get', 'deployment', '-n', release.namespace, 'otterize-network-mapper', '-o', 'yaml');
      if (!/OTTERIZE_API_AUTH\n\s+value: required/.test(mode)) throw new Error('the mapper is not required');
    });
    await checks.check('each watcher may do what it does, and no more', async () => {
      const may = async (account: string, ...what: readonly string[]): Promise<string> =>
        kubectl('auth', 'can-i', ...what, '-A', '--as', `system:serviceaccount:${release.namespace}:${account}`).catch(
          (error: unknown) => String(error),
        );
      for (const what of [
        ['get', 'secrets'],
        ['create', 'pods/exec'],
        ['list', 'configmaps'],
        ['delete', 'pods'],
      ])
        for (const account of ['otterize-kafka-watcher', 'otterize-istio-watcher'])
          if ((await may(account, ...what)).startsWith('yes')) throw new Error(`${account} may ${what.join(' ')}`);
    });
    const before = await asked.calls(watchedNamespace);
    await checks.check(
      `watchers killed, and an API server that is away for ${minutesAway} minutes, change nothing on the map`,
      async () => {
        const { E2E_API_DOWN, E2E_API_UP } = process.env;
        await kubectl(
          'delete',
          'pod',
          '-n',
          release.namespace,
          '--wait=false',
          '-l',
          'app in (otterize-kafka-watcher,otterize-istio-watcher)',
        );
        if (E2E_API_DOWN && E2E_API_UP) {
          await command('sh', ['-c', E2E_API_DOWN]);
          await sleep(minutesAway * 60_000, undefined, { signal });
          await command('sh', ['-c', E2E_API_UP]);
        } else say('skipped: without E2E_API_DOWN and E2E_API_UP the API server stays');
        await rolledOut(kubectl, release.namespace, { seconds: 240 });
        await shows(60, wanted, 'list');
        await until(
          { seconds: 60, signal, wanted: before },
          () => asked.calls(watchedNamespace),
          after => after === before,
        );
      },
    );
  } finally {
    await release.uninstall().catch((error: unknown) => say(String(error)));
    // Also when the test is stopped.
    await kubectlOf(kubeconfig)('delete', 'namespace', watchedNamespace, '--wait=false').catch((error: unknown) =>
      say(String(error)),
    );
  }
}

await endToEnd({
  about: 'the watchers',
  moreImages: async folder => {
    const parts = process.env.E2E_IMAGES ?? folder;
    if (parts === folder) await command('sh', [join(root, 'scripts/image/parts.sh'), folder]);
    return [join(parts, 'parts.tar')];
  },
  run: runChecks,
});
